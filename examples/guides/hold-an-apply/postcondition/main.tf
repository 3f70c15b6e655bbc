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

# Fails the plan until the migration of both databases has succeeded.
data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]

  lifecycle {
    postcondition {
      condition = self.all_succeeded
      error_message = format("Not migrated yet: %s.", join(", ", setsubtract(
        self.db_names,
        [for name, database in self.databases : name if database.succeeded],
      )))
    }
  }
}

# Placeholder for the release.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [data.alicloud_rds_migrate_tasks.shop]
}
