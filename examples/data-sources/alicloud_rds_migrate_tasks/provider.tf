terraform {
  required_providers {
    alicloud = {
      source = "rds-migrate/alicloud"
    }
  }
}

provider "alicloud" {
  region = "cn-hangzhou"
}
