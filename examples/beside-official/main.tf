# The types of both providers begin with alicloud_. The official one has the local name alicloud, this one another, and
# each of its blocks says so.
terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
    alicloud-migrate = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

provider "alicloud" {
  region = "cn-hangzhou"
}

provider "alicloud-migrate" {
  region = "cn-hangzhou"
}

variable "vswitch_id" {
  description = "The vSwitch of the new instance."
  type        = string
}

# The instance that the databases move into.
resource "alicloud_db_instance" "shop" {
  engine           = "SQLServer"
  engine_version   = "2022_web"
  instance_type    = "mssql.share1.medium.w1"
  instance_storage = 40
  vswitch_id       = var.vswitch_id
}

# Waits until the databases have been migrated into it.
resource "alicloud_rds_migrate_gate" "shop" {
  provider = alicloud-migrate

  db_instance_id = alicloud_db_instance.shop.id
  db_names       = ["customers", "orders"]

  timeouts = {
    create = "12h"
  }
}

resource "alicloud_alidns_record" "db" {
  domain_name = "shop.example.com"
  rr          = "db"
  type        = "CNAME"
  value       = alicloud_db_instance.shop.connection_string
  depends_on  = [alicloud_rds_migrate_gate.shop]
}

# The migrations of the last 7 days, for people to look at.
data "alicloud_rds_migrate_tasks" "shop" {
  provider = alicloud-migrate

  db_instance_id = alicloud_db_instance.shop.id
}

output "tasks" {
  value = data.alicloud_rds_migrate_tasks.shop.tasks
}
