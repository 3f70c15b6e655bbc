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

# Each call says which of the two providers is the module's own. What follows the one does not wait for the other.
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
  description = "When the databases of each region were there."
  value = {
    hangzhou = module.hangzhou.opened_at
    shanghai = module.shanghai.opened_at
  }
}
