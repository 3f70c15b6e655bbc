# Waits for the databases, as an apply does. The official provider is mocked: it makes no call and needs no credentials.

mock_provider "alicloud" {
  mock_resource "alicloud_db_instance" {
    defaults = {
      id                = "rm-uf6wjk5shop"
      connection_string = "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"
    }
  }
}

variables {
  vswitch_id       = "vsw-bp1shop"
  account_password = "not-a-real-password"
  release          = "2.0.0"
}

run "cut_over" {
  assert {
    condition     = alicloud_db_account_privilege.shop.db_names == toset(["customers", "orders"])
    error_message = "The account does not have access to both databases."
  }

  assert {
    condition     = alicloud_alidns_record.db.value == "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"
    error_message = "The DNS record points to ${alicloud_alidns_record.db.value}."
  }

  assert {
    condition     = strcontains(alicloud_oos_parameter.connection["orders"].value, "Server=tcp:db.shop.example.com,1433;Database=orders")
    error_message = "The connection string is ${alicloud_oos_parameter.connection["orders"].value}."
  }

  assert {
    condition     = terraform_data.release.triggers_replace == alicloud_rds_migrate_gate.shop.opened_at
    error_message = "The release does not depend on the gate."
  }
}
