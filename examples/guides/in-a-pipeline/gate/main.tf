terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }

  # A state for the gate alone. It is locked while the gate waits.
  backend "oss" {
    bucket              = "shop-terraform"
    prefix              = "cut-over"
    key                 = "gate.tfstate"
    region              = "cn-hangzhou"
    profile             = "state"
    tablestore_endpoint = "https://shop-state.cn-hangzhou.ots.aliyuncs.com"
    tablestore_table    = "statelock"
  }
}

provider "alicloud" {
  region = "cn-hangzhou"

  # The identity provider, the role, and the token come from the environment of the job.
  assume_role_with_oidc {
    session_expiration = 21600 # 6 hours, longer than the gate waits
  }
}

variable "backup" {
  description = "Prefix in OSS of the backup files of this migration."
  type        = string
}

resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  triggers       = { backup = var.backup }

  timeouts = {
    create = "5h"
  }

  # If the new gate does not open, the old gate and its output remain in the state.
  lifecycle {
    create_before_destroy = true
  }
}

# One object, so that an apply that fails does not update a part of it.
output "opened" {
  description = "The migration that the gate has opened for, and when."
  value = {
    backup = alicloud_rds_migrate_gate.shop.triggers.backup
    at     = alicloud_rds_migrate_gate.shop.opened_at
  }
}
