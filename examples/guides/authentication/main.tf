terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
}

output "all_succeeded" {
  value = data.alicloud_rds_migrate_tasks.shop.all_succeeded
}
