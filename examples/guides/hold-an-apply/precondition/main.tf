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

# Reads the tasks once. It fails nothing itself.
data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
}

# Placeholder for the release. Its precondition fails the plan until the migration of both databases has succeeded.
resource "terraform_data" "release" {
  input = "2.0.0"

  lifecycle {
    precondition {
      condition     = data.alicloud_rds_migrate_tasks.shop.all_succeeded
      error_message = "The databases have not been migrated."
    }
  }
}
