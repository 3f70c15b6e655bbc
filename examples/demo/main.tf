terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

variable "protocol" {
  description = "HTTPS for the service, HTTP for a simulator on this machine."
  type        = string
  default     = "HTTPS"
}

# Keys, region and endpoint come from the environment.
provider "alicloud" {
  protocol = var.protocol
}

# Opens when the migration of both databases has succeeded. Everything below waits for it.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  poll_interval  = "1s"
}

# Stands for the DNS record that leads to the databases.
resource "terraform_data" "dns" {
  input      = "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"
  depends_on = [alicloud_rds_migrate_gate.shop]
}

# Stands for the release of the application.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [terraform_data.dns]
}

# What there is to see in the end.
data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = alicloud_rds_migrate_gate.shop.db_instance_id
  db_names       = alicloud_rds_migrate_gate.shop.db_names
  depends_on     = [terraform_data.release]
}

output "tasks" {
  description = "Every task, newest first."
  value = [
    for task in data.alicloud_rds_migrate_tasks.shop.tasks :
    format("%s  %-9s  %-7s  %s", task.create_time, task.db_name, task.status, task.description)
  ]
}

output "verdict" {
  description = "Whether the migration of every database has succeeded."
  value = (
    data.alicloud_rds_migrate_tasks.shop.all_succeeded
    ? "Every database is there: the cut-over went ahead."
    : "Not every database is there."
  )
}
