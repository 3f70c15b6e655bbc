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
  description = "The vSwitch of the instance."
  type        = string
}

variable "account_password" {
  description = "The password of the application's account."
  type        = string
  sensitive   = true
}

variable "release" {
  description = "The version of the application to release."
  type        = string
}

# Before the migration: the instance and the account. The databases are not declared: the migration creates them.
resource "alicloud_db_instance" "shop" {
  engine           = "SQLServer"
  engine_version   = "2022_web"
  instance_type    = "mssql.share1.medium.w1"
  instance_storage = 40
  vswitch_id       = var.vswitch_id
}

resource "alicloud_rds_account" "shop" {
  db_instance_id   = alicloud_db_instance.shop.id
  account_name     = "shop"
  account_password = var.account_password
}

# Opens when the migration of both databases has succeeded.
resource "alicloud_rds_migrate_gate" "shop" {
  provider = alicloud-migrate

  db_instance_id = alicloud_db_instance.shop.id
  db_names       = ["customers", "orders"]

  timeouts = {
    create = "12h"
  }
}

# After the migration. A resource that uses an attribute of the gate waits for it; the others have depends_on.
resource "alicloud_db_account_privilege" "shop" {
  instance_id  = alicloud_db_instance.shop.id
  account_name = alicloud_rds_account.shop.account_name
  privilege    = "ReadWrite"
  db_names     = alicloud_rds_migrate_gate.shop.db_names
}

resource "alicloud_rds_backup" "first" {
  db_instance_id    = alicloud_db_instance.shop.id
  backup_type       = "FullBackup"
  remove_from_state = true
  depends_on        = [alicloud_rds_migrate_gate.shop]

  # The default is 20 minutes, which is too short for a large database.
  timeouts {
    create = "2h"
  }
}

resource "alicloud_alidns_record" "db" {
  domain_name = "shop.example.com"
  rr          = "db"
  type        = "CNAME"
  value       = alicloud_db_instance.shop.connection_string
  depends_on  = [alicloud_rds_migrate_gate.shop]
}

# The application reads its connection strings from the parameter store. They contain no password.
resource "alicloud_oos_parameter" "connection" {
  for_each = alicloud_rds_migrate_gate.shop.db_names

  parameter_name = "shop/${each.key}/connection"
  type           = "String"
  value          = "Server=tcp:${alicloud_alidns_record.db.rr}.${alicloud_alidns_record.db.domain_name},1433;Database=${each.key}"
  depends_on     = [alicloud_db_account_privilege.shop]
}

# Placeholder for the release of the application. It is repeated when a new gate has opened.
resource "terraform_data" "release" {
  input            = var.release
  triggers_replace = alicloud_rds_migrate_gate.shop.opened_at
  depends_on       = [alicloud_oos_parameter.connection, alicloud_rds_backup.first]

  # Otherwise, Terraform destroys the old one before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}
