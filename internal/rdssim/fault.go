// SPDX-License-Identifier: MPL-2.0

package rdssim

// Kind is the kind of a fault.
type Kind string

// The kinds that end a call. The first of them that applies to a call hides the faults after it.
const (
	// KindError responds with Status, and with Code and Message in the API's error format, as for throttling, outages,
	// and refusals. An error with status 200 must not be read as an empty list.
	KindError Kind = "error"
	// KindBody responds with Status, ContentType, and Body, unchanged. Proxies and gateways respond with HTML, with
	// nothing, or with JSON that is not a response of the API.
	KindBody Kind = "body"
	// KindClose closes the connection without a response, as a restarting server does.
	KindClose Kind = "close"
	// KindReset resets the connection, as firewalls do. A client sees another error than for KindClose.
	KindReset Kind = "reset"
	// KindHang sends the fraction At of the true response, then nothing until the client closes the connection or the
	// simulator is closed. With At 0, it sends not even a header. Only a client with a timeout ends the call, and a
	// timeout for the header alone does not help when the body hangs.
	KindHang Kind = "hang"
	// KindTruncate announces the true response in full, sends the fraction At of its bytes, and closes the connection.
	// The bytes that have arrived may look complete.
	KindTruncate Kind = "truncate"
	// KindTruncateSilently sends the fraction At of the true response as a complete HTTP message. A proxy that buffers
	// hides the broken connection, and only the JSON shows it.
	KindTruncateSilently Kind = "truncate_silently"
	// KindFlood streams a valid response of about Bytes bytes, full of invented tasks. A client must limit what
	// it stores of a response.
	KindFlood Kind = "flood"
	// KindRate responds with status 400 and Throttling.User (or Code) to the calls above PerSecond in any second of the
	// simulator's clock. It also counts the other calls for its Times. The reads of one plan meet the API's limit
	// together.
	KindRate Kind = "rate"
)

// The kinds that change or delay the true response. All of them that apply to a call are applied, in their order.
const (
	// KindMaxPageSize limits pages to PageSize tasks, whatever size the query has, and numbers them accordingly. A
	// client that computes the number of pages from the size in its query would lose the rest.
	KindMaxPageSize Kind = "max_page_size"
	// KindInsert adds Task to the instance before the response, or with AfterResponse right after it. Its Created is
	// relative to this call, and an empty ID becomes one higher than all others. A task that is created between two
	// pages shifts the others, so that one is read twice or never.
	KindInsert Kind = "insert"
	// KindExpire removes the oldest Count tasks of the instance before the response, or with AfterResponse right after
	// it. Tasks also leave the list between two pages, at the end of their retention.
	KindExpire Kind = "expire"
	// KindOtherPage lists the tasks of the page that is PageOffset pages away, with the number and the count of the
	// requested page. A cache may send a page twice.
	KindOtherPage Kind = "other_page"
	// KindEdit changes the response by Edit, which only Go code can set. A response may be JSON and still be invalid.
	KindEdit Kind = "edit"
	// KindTrailingBytes sends Body after the true response, in the same message. A parser that stops at the end of the
	// first JSON value does not notice.
	KindTrailingBytes Kind = "trailing_bytes"
	// KindGzip compresses the body, even if the client does not accept that, as proxies do. A small body may then
	// expand to a flood.
	KindGzip Kind = "gzip"
	// KindDelay delays the response by Wait of real time, as a slow network does.
	KindDelay Kind = "delay"
)

// Fault is a misbehavior and the calls that it applies to. It only applies to calls that pass every check, so that a
// client that signs wrongly or repeats a nonce is still refused.
type Fault struct {
	Kind Kind `json:"kind"`

	// InstanceID selects the calls for one instance; empty: for any.
	InstanceID string `json:"instance_id,omitempty"`
	// Page selects the calls for one page; 0: for every page.
	Page int `json:"page,omitempty"`
	// Skip is the number of selected calls that it does not apply to at first.
	Skip int `json:"skip,omitempty"`
	// Times is the number of calls that it applies to after that; 0: all.
	Times int `json:"times,omitempty"`

	// Until ends it that long after the simulator's start; 0: it never ends.
	Until Duration `json:"until,omitempty"`

	// Status is the HTTP status of KindError and KindBody.
	Status int `json:"status,omitempty"`
	// Header has the additional headers of KindError and KindBody.
	Header map[string]string `json:"header,omitempty"`
	// NoDate leaves out the Date header of KindError and KindBody. Every response of the API has one, by the API's
	// clock; one without it is from something else, such as a proxy.
	NoDate bool `json:"no_date,omitempty"`
	// Code is the error code of KindError and KindRate.
	Code string `json:"code,omitempty"`
	// Message is the error message of KindError and KindRate.
	Message string `json:"message,omitempty"`
	// ContentType is the header of KindBody; it is not sent when empty.
	ContentType string `json:"content_type,omitempty"`
	// Body is what KindBody and KindTrailingBytes send.
	Body string `json:"body,omitempty"`
	// At is the fraction of the response that KindHang, KindTruncate, and KindTruncateSilently send, 0 to 1.
	At float64 `json:"at,omitempty"`
	// Bytes is the size of KindFlood, before the compression of a KindGzip above it.
	Bytes int64 `json:"bytes,omitempty"`
	// PerSecond is the limit of KindRate.
	PerSecond int `json:"per_second,omitempty"`
	// PageSize is the limit of KindMaxPageSize.
	PageSize int `json:"page_size,omitempty"`
	// PageOffset is that of KindOtherPage: -1 repeats the page before.
	PageOffset int `json:"page_offset,omitempty"`
	// Task is what KindInsert adds.
	Task *Task `json:"task,omitempty"`
	// Count is the number of tasks that KindExpire removes.
	Count int `json:"count,omitempty"`
	// AfterResponse applies KindInsert and KindExpire right after the response.
	AfterResponse bool `json:"after_response,omitempty"`
	// Edit changes the decoded JSON of the response of KindEdit. Concurrent calls run it at the same time.
	Edit func(body map[string]any) `json:"-"`
	// Wait is the delay of KindDelay.
	Wait Duration `json:"wait,omitempty"`
}
