# Tests the module without an account. No run calls the API.

mock_provider "alicloud" {}

# Without a value, opened_at is a random string, which formatdate rejects.
override_resource {
  target = alicloud_rds_migrate_gate.this
  values = {
    opened_at = "2026-11-20T08:00:00Z"
  }
}

variables {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  release        = "2.0.0"
}

run "waits_for_every_database" {
  command = plan

  assert {
    condition     = alicloud_rds_migrate_gate.this.db_names == toset(["customers", "orders"])
    error_message = "The gate waits for ${join(", ", alicloud_rds_migrate_gate.this.db_names)}."
  }

  assert {
    condition     = alicloud_rds_migrate_gate.this.timeouts.create == "6h"
    error_message = "The gate waits for at most ${alicloud_rds_migrate_gate.this.timeouts.create}."
  }
}

run "releases_when_the_gate_opens" {
  assert {
    condition     = output.released == "2.0.0 on 2026-11-20"
    error_message = "Released: ${output.released}."
  }
}

run "requires_a_database" {
  command = plan

  variables {
    db_names = []
  }

  expect_failures = [var.db_names]
}
