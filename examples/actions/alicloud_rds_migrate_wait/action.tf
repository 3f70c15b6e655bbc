action "alicloud_rds_migrate_wait" "shop" {
  config {
    db_instance_id = "rm-uf6wjk5shop"
    db_names       = ["customers", "orders"]

    timeouts = {
      invoke = "6h"
    }
  }
}
