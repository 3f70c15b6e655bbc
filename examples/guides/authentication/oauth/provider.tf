provider "alicloud" {
  region  = "cn-hangzhou"
  profile = "browser"
}
