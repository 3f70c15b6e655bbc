# Waits for the migrations in both regions, as an apply does. Endpoint and credentials come from the environment. Each
# instance exists in one region only, so this also tests that each module uses the provider that it is passed.

run "cut_over" {
  assert {
    condition     = alltrue([for region in ["hangzhou", "shanghai"] : can(formatdate("YYYY", output.opened_at[region]))])
    error_message = "A gate has no valid opened_at."
  }

  assert {
    condition     = module.hangzhou.wait == "12h" && module.shanghai.wait == "2h"
    error_message = "The gate of a module does not have the wait of the module."
  }
}
