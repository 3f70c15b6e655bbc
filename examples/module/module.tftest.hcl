# Waits for the databases of both regions, as an apply does. The service and the keys come from the environment.
# Neither instance is known in the other's region: this also shows that each module has the provider that it was given.

run "cut_over" {
  assert {
    condition     = alltrue([for region in ["hangzhou", "shanghai"] : can(formatdate("YYYY", output.opened_at[region]))])
    error_message = "A gate that is open says since when."
  }

  assert {
    condition     = module.hangzhou.wait == "12h" && module.shanghai.wait == "2h"
    error_message = "The gate of a module does not have the wait of the module."
  }
}
