# Asks the service for the migrations, with the keys of the environment, and the official provider for nothing: what it
# would say is made up below. It shows that every block reaches the provider that is meant.
#
# The tests of this repository have no network. They use a stand-in for aliyun/alicloud, which has the resources that are
# used here with these arguments and attributes, and no API.

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
    error_message = "The record leads to ${alicloud_alidns_record.db.value}."
  }

  assert {
    condition     = toset(keys(alicloud_rds_migrate_gate.shop.databases)) == toset(["customers", "orders"])
    error_message = "The gate opened on other databases than those it was given."
  }

  assert {
    condition     = length(output.tasks) > 0
    error_message = "There are no migration tasks."
  }
}
