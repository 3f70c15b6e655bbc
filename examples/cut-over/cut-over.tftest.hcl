# Waits for the migration, as an apply does. Endpoint and credentials come from the environment.

variables {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  backup         = "shop/2026-11-20/"
  release        = "2.0.0"
}

run "cut_over" {
  assert {
    condition     = toset(keys(output.databases)) == toset(var.db_names)
    error_message = "The gate has the databases ${join(", ", keys(output.databases))}."
  }

  assert {
    condition     = terraform_data.release.triggers_replace == alicloud_rds_migrate_gate.shop.opened_at
    error_message = "The release does not depend on the gate."
  }
}

run "next_release_does_not_wait" {
  command = plan

  variables {
    release = "2.1.0"
  }

  # This value is unknown if the gate is replaced.
  assert {
    condition     = length(alicloud_rds_migrate_gate.shop.opened_at) > 0
    error_message = "A new release replaces the gate."
  }
}
