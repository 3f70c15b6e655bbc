terraform {
  backend "oss" {
    bucket              = "shop-terraform"
    prefix              = "cut-over"
    key                 = "release.tfstate"
    region              = "cn-hangzhou"
    profile             = "state"
    tablestore_endpoint = "https://shop-state.cn-hangzhou.ots.aliyuncs.com"
    tablestore_table    = "statelock"
  }
}

variable "backup" {
  description = "Prefix in OSS of the backup files of this migration."
  type        = string
}

data "terraform_remote_state" "gate" {
  backend = "oss"
  config = {
    bucket  = "shop-terraform"
    prefix  = "cut-over"
    key     = "gate.tfstate"
    region  = "cn-hangzhou"
    profile = "state"
  }
}

# Placeholder for DNS records, connection strings and the release of the application.
resource "terraform_data" "release" {
  input            = "2.0.0"
  triggers_replace = data.terraform_remote_state.gate.outputs.opened.at

  lifecycle {
    precondition {
      condition     = data.terraform_remote_state.gate.outputs.opened.backup == var.backup
      error_message = "The gate has not opened for the backup ${var.backup}."
    }
  }
}
