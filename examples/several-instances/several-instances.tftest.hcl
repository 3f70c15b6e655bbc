# Waits for the migrations to both instances, as an apply does. Endpoint and credentials come from the environment.

variables {
  instances = {
    "rm-uf6wjk5shop" = ["customers", "orders"]
    "rm-uf6wjk5crm"  = ["contacts"]
  }
}

run "cut_over" {
  assert {
    condition     = { for instance, dns in terraform_data.dns : instance => dns.output.opened } == output.opened_at
    error_message = "A resource of an instance does not depend on its gate."
  }

  assert {
    condition     = toset(keys(alicloud_rds_migrate_gate.instance["rm-uf6wjk5crm"].databases)) == toset(["contacts"])
    error_message = "A gate has the databases of another instance."
  }
}

run "another_instance_changes_no_gate" {
  command = plan

  variables {
    instances = {
      "rm-uf6wjk5shop" = ["customers", "orders"]
      "rm-uf6wjk5crm"  = ["contacts"]
      "rm-uf6wjk5hr"   = ["people"]
    }
  }

  # This value is unknown if the gate is replaced.
  assert {
    condition     = length(alicloud_rds_migrate_gate.instance["rm-uf6wjk5crm"].opened_at) > 0
    error_message = "Adding an instance replaces the other gates."
  }
}
