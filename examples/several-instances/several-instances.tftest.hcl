# Waits for the databases of both instances, as an apply does. The service and the keys come from the environment.

variables {
  instances = {
    "rm-uf6wjk5shop" = ["customers", "orders"]
    "rm-uf6wjk5crm"  = ["contacts"]
  }
}

run "cut_over" {
  assert {
    condition     = { for instance, dns in terraform_data.dns : instance => dns.output.opened } == output.opened_at
    error_message = "What belongs to an instance does not wait for its gate."
  }

  assert {
    condition     = toset(keys(alicloud_rds_migrate_gate.each["rm-uf6wjk5crm"].databases)) == toset(["contacts"])
    error_message = "A gate opened on the databases of another instance."
  }
}

run "one_more_leaves_the_others_open" {
  command = plan

  variables {
    instances = {
      "rm-uf6wjk5shop" = ["customers", "orders"]
      "rm-uf6wjk5crm"  = ["contacts"]
      "rm-uf6wjk5hr"   = ["people"]
    }
  }

  # The plan could not know it of a gate that is made anew.
  assert {
    condition     = length(alicloud_rds_migrate_gate.each["rm-uf6wjk5crm"].opened_at) > 0
    error_message = "One more instance makes the other gates anew."
  }
}
