# Waits for the databases, as an apply does. The service and the keys come from the environment.

variables {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  backup         = "shop/2026-11-20/"
  release        = "2.0.0"
}

run "cut_over" {
  assert {
    condition     = toset(keys(output.databases)) == toset(var.db_names)
    error_message = "The gate opened on ${join(", ", keys(output.databases))}."
  }

  assert {
    condition     = terraform_data.release.triggers_replace == alicloud_rds_migrate_gate.shop.opened_at
    error_message = "The release does not wait for the gate."
  }
}

run "next_release_waits_for_nothing" {
  command = plan

  variables {
    release = "2.1.0"
  }

  # The plan could not know it of a gate that is made anew.
  assert {
    condition     = length(alicloud_rds_migrate_gate.shop.opened_at) > 0
    error_message = "Another release makes another gate."
  }
}
