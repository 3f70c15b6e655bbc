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

variable "verified" {
  description = "Set this to true after you have checked in SQL Server that the database is ONLINE, and leave it true."
  type        = bool
  default     = false
}

# Waits until the list of tasks shows that the migration has succeeded.
resource "alicloud_rds_migrate_gate" "orders" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["orders"]

  timeouts = {
    create = "24h"
  }
}

# Placeholder for the DNS record of the database. It points to the old server until the gate is open and "verified" is true.
resource "terraform_data" "dns" {
  input      = var.verified ? "rm-uf6wjk5shop.sqlserver.rds.aliyuncs.com" : "sql1.shop.example.com"
  depends_on = [alicloud_rds_migrate_gate.orders]
}

output "dns" {
  description = "The server that the DNS record points to."
  value       = terraform_data.dns.output
}
