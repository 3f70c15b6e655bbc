terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

variable "protocol" {
  description = "HTTPS for the API, HTTP for the simulator, which has no TLS."
  type        = string
  default     = "HTTPS"
}

# Credentials, region, and endpoint come from the environment.
provider "alicloud" {
  protocol = var.protocol
}

# Waits until the migration of both databases has succeeded. All other resources depend on it.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  poll_interval  = "1s"
}

# Placeholder for the DNS record of the databases.
resource "terraform_data" "dns" {
  input      = "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com"
  depends_on = [alicloud_rds_migrate_gate.shop]
}

# Placeholder for the release of the application.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [terraform_data.dns]
}

# Reads the tasks once, after the release.
data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = alicloud_rds_migrate_gate.shop.db_instance_id
  db_names       = alicloud_rds_migrate_gate.shop.db_names
  depends_on     = [terraform_data.release]
}

output "tasks" {
  description = "All tasks, newest first."
  value = [
    for task in data.alicloud_rds_migrate_tasks.shop.tasks :
    format("%s  %-9s  %-7s  %s", task.create_time, task.db_name, task.status, task.description)
  ]
}

output "result" {
  description = "Whether the migration of every database has succeeded."
  value = (
    data.alicloud_rds_migrate_tasks.shop.all_succeeded
    ? "All databases have been migrated."
    : "Not all databases have been migrated."
  )
}
