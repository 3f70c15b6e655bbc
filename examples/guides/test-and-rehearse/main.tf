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

module "cut_over" {
  source = "./modules/cut-over"

  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  release        = "2.0.0"
}

output "tasks" {
  description = "ID of the task that migrated each database."
  value       = { for name, database in module.cut_over.databases : name => database.migrate_task_id }
}
