// SPDX-License-Identifier: MPL-2.0

package rdssim

import "net/http"

// NotReadyErrors returns a fault for each error code of an instance that is not ready. The vendor's lists of error
// codes have them, "current DB instance state does not support this operation", without saying for which operations.
// Set Times for a number of calls or Until for a time.
func NotReadyErrors() []Fault {
	return newErrors(http.StatusForbidden, "The current state of the instance does not support this operation.",
		"InvalidInstanceState",
		"IncorrectDBInstanceState",
		"OperationDenied.DBInstanceStatus",
		"OperationDenied.DBStatus",
		"InvalidDBInstanceStatus",
		"IncorrectDBInstanceLockMode",
	)
}

// TransientErrors returns a fault for each error code that the vendor's lists have for a passing condition, such as
// "the request processing has failed due to lock timeout". LockTimeout has the status 400 there. The others have it
// too, so that only the code says that the call may be repeated. Set Times for a number of calls or Until for a time.
func TransientErrors() []Fault {
	return newErrors(http.StatusBadRequest, "The request processing has failed. Please try again later.",
		"SystemBusy",
		"LockTimeout",
		"InstanceConnectTimeoutFault",
		"InstanceConnectTimeout",
	)
}

// newErrors returns a KindError for each code.
func newErrors(status int, message string, codes ...string) []Fault {
	faults := make([]Fault, 0, len(codes))
	for _, code := range codes {
		faults = append(faults, Fault{Kind: KindError, Status: status, Code: code, Message: message})
	}
	return faults
}
