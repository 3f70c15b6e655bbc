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

provider "alicloud" {
  alias  = "shanghai"
  region = "cn-shanghai"
}

# Each call passes one of the two providers to the module. Resources that depend on one module do not wait for the other.
module "hangzhou" {
  source    = "./modules/cut-over"
  providers = { alicloud = alicloud }

  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  wait           = "12h"
}

module "shanghai" {
  source    = "./modules/cut-over"
  providers = { alicloud = alicloud.shanghai }

  db_instance_id = "rm-uf6wjk5sha"
  db_names       = ["customers"]
}

output "opened_at" {
  description = "When the gate of each region opened."
  value = {
    hangzhou = module.hangzhou.opened_at
    shanghai = module.shanghai.opened_at
  }
}
