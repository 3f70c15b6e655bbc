# Applies the module to the simulator on this machine. The credentials are those of scenario.json.

terraform {
  # The script sets the path of the state.
  backend "local" {}

  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

variable "endpoint" {
  description = "Address of the simulator, such as 127.0.0.1:8850."
  type        = string
}

provider "alicloud" {
  region     = "cn-hangzhou"
  access_key = "rehearsal"
  secret_key = "rehearsal-secret"
  protocol   = "HTTP" # the simulator has no TLS

  endpoints {
    rds = var.endpoint
  }
}

module "cut_over" {
  source = "../modules/cut-over"

  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  release        = "2.0.0"
  timeout        = "5m"
  poll_interval  = "1s"
}

output "tasks" {
  description = "ID of the task that migrated each database."
  value       = { for name, database in module.cut_over.databases : name => database.migrate_task_id }
}
