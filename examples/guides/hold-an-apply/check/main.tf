terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

provider "alicloud" {
  region = "cn-hangzhou"
}

# Warns until the migration of both databases has succeeded.
check "migrated" {
  data "alicloud_rds_migrate_tasks" "shop" {
    db_instance_id = "rm-uf6wjk5shop"
    db_names       = ["customers", "orders"]
  }

  assert {
    condition     = data.alicloud_rds_migrate_tasks.shop.all_succeeded
    error_message = "The databases have not been migrated."
  }
}

# Placeholder for the release. It is applied even if the assertion is not met.
resource "terraform_data" "release" {
  input = "2.0.0"
}
