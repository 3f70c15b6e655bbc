# Tests that each block uses the intended provider. The official provider is mocked. This provider calls the API, with the
# endpoint and the credentials of the environment.
#
# The tests of this repository run without a network, so they replace aliyun/alicloud with a provider that has only the
# resource types of these examples, and no API.

mock_provider "alicloud" {
  mock_resource "alicloud_db_instance" {
    defaults = {
      id                = "rm-uf6wjk5shop"
      connection_string = "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"
    }
  }
}

variables {
  vswitch_id = "vsw-bp1shop"
}

run "cut_over" {
  assert {
    condition     = alicloud_alidns_record.db.value == "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"
    error_message = "The record has the value ${alicloud_alidns_record.db.value}."
  }

  assert {
    condition     = toset(keys(alicloud_rds_migrate_gate.shop.databases)) == toset(["customers", "orders"])
    error_message = "The gate has other databases than its db_names."
  }

  assert {
    condition     = length(output.tasks) > 0
    error_message = "There are no migration tasks."
  }
}
