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
      # A database without a task is not in "databases".
      error_message = format("Not migrated yet: %s.", join(", ", [
        for name in self.db_names : name if !try(self.databases[name].succeeded, false)
      ]))
    }
  }
}

# Placeholder for the release.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [data.alicloud_rds_migrate_tasks.shop]
}
