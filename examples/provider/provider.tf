terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

# The credentials come from ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.
provider "alicloud" {
  region = "cn-hangzhou"
}

data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
}

output "all_succeeded" {
  value = data.alicloud_rds_migrate_tasks.shop.all_succeeded
}
