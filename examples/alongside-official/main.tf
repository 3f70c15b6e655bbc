# The types of both providers start with alicloud_. The official provider has the local name alicloud. This provider has
# another local name, which each of its blocks sets as its provider.
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
  description = "ID of the vSwitch of the instance."
  type        = string
}

# The instance to which the databases are migrated.
resource "alicloud_db_instance" "shop" {
  engine           = "SQLServer"
  engine_version   = "2022_web"
  instance_type    = "mssql.share1.medium.w1"
  instance_storage = 40
  vswitch_id       = var.vswitch_id
}

# Waits until the migration of both databases has succeeded.
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

# The migration tasks of the last 7 days. Without depends_on, they would be read while the gate waits.
data "alicloud_rds_migrate_tasks" "shop" {
  provider = alicloud-migrate

  db_instance_id = alicloud_db_instance.shop.id
  depends_on     = [alicloud_rds_migrate_gate.shop]
}

output "tasks" {
  value = data.alicloud_rds_migrate_tasks.shop.tasks
}
