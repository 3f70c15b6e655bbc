package rdssim

// Kind says how a fault misbehaves.
type Kind string

// The kinds that end a call: the first of them that a call meets keeps it from the faults after it.
const (
	// KindError answers Status with Code and Message in the service's error shape. Why: throttling, outages and
	// refusals of every code reach a client this way, and a 200 with an error in it must not pass for an empty list.
	KindError Kind = "error"
	// KindBody answers Status, ContentType and Body as they are. Why: proxies and gateways answer HTML, nothing at
	// all, or JSON that is not an answer.
	KindBody Kind = "body"
	// KindClose closes the connection without an answer. Why: a server that restarts does this.
	KindClose Kind = "close"
	// KindReset resets the connection. Why: firewalls do this, and a client sees another error than at a close.
	KindReset Kind = "reset"
	// KindHang sends the fraction At of the true answer, then nothing more until the client goes away or the simulator
	// is closed. With At 0 not even a header comes. Why: only a client with a time limit of its own ever comes back,
	// and a limit on the header alone does not help when the body hangs.
	KindHang Kind = "hang"
	// KindTruncate announces the true answer in full, sends the fraction At of its bytes, and closes. Why: connections break
	// halfway, and what has come may look whole.
	KindTruncate Kind = "truncate"
	// KindTruncateSilently sends the fraction At of the true answer's bytes as a complete HTTP message. Why: a proxy that buffers
	// hides the broken connection, and only the JSON tells.
	KindTruncateSilently Kind = "truncate_silently"
	// KindFlood streams a valid answer of about Bytes bytes, full of tasks that do not exist. Why: a client must not hold
	// whatever a server sends.
	KindFlood Kind = "flood"
	// KindRate answers Status 400 with Throttling.User (or Code) to the calls beyond PerSecond in any second of the
	// simulator's clock; the others pass, and count for its Times all the same. Why: many reads in one plan meet the
	// service's limit together.
	KindRate Kind = "rate"
)

// The kinds that change the true answer, or when it comes. All that a call meets are played, in their order.
const (
	// KindMaxPageSize makes pages no larger than PageSize, whatever size is asked for, and numbers them accordingly. Why: a client
	// that works out the number of pages from the size it asked for would lose the rest.
	KindMaxPageSize Kind = "max_page_size"
	// KindInsert adds Task to the instance before the call is answered, or with AfterAnswer right after. Its Created
	// counts from this call, and an empty ID becomes one higher than all others. Why: a task that is born between two pages
	// shifts the others, so that one is read twice or never.
	KindInsert Kind = "insert"
	// KindExpire takes the oldest Count tasks off the instance before the call is answered, or with AfterAnswer right
	// after. Why: tasks also leave the list between two pages, when they grow a week old.
	KindExpire Kind = "expire"
	// KindOtherPage lists the tasks of the page that is PageOffset pages away, under the number and the count of the page
	// that was asked for. Why: a cache may send a page twice.
	KindOtherPage Kind = "other_page"
	// KindEdit lets Edit change the true response. It is for Go tests only. Why: a response may be JSON and still be
	// invalid in any field.
	KindEdit Kind = "edit"
	// KindTrailingBytes sends Body after the true answer, in the same message. Why: two answers run together, and a parser that
	// stops at the first closing brace does not see it.
	KindTrailingBytes Kind = "trailing_bytes"
	// KindGzip encodes the body with gzip, asked for or not. Why: proxies do, and a small body may then unpack to a flood.
	KindGzip Kind = "gzip"
	// KindDelay waits for Wait of real time before it answers. Why: benchmarks need a network that takes its time.
	KindDelay Kind = "delay"
)

// Fault is a way to misbehave, and the calls it is for. It is played only on calls that pass every check, so that a client
// which signs wrongly or uses a nonce twice is still found out.
type Fault struct {
	Kind Kind `json:"kind"`

	// InstanceID picks the calls for one instance; empty: for any.
	InstanceID string `json:"instance_id,omitempty"`
	// Page picks the calls for one page; 0: for every page.
	Page int `json:"page,omitempty"`
	// Skip lets so many of the picked calls pass first.
	Skip int `json:"skip,omitempty"`
	// Times is how many calls it is played on after that; 0: all.
	Times int `json:"times,omitempty"`

	// Status is the HTTP status of KindError and KindBody.
	Status int `json:"status,omitempty"`
	// Header is sent in addition by KindError and KindBody.
	Header map[string]string `json:"header,omitempty"`
	// Code is the error code of KindError and KindRate.
	Code string `json:"code,omitempty"`
	// Message is the error message of KindError and KindRate.
	Message string `json:"message,omitempty"`
	// ContentType is that of KindBody; with an empty one the header is not sent.
	ContentType string `json:"content_type,omitempty"`
	// Body is what KindBody and KindTrail send.
	Body string `json:"body,omitempty"`
	// At is the fraction of the answer's bytes that KindCut, KindCutClean and KindHang send, 0 to 1.
	At float64 `json:"at,omitempty"`
	// Bytes is the size of KindFlood, before compression if KindGzip came first.
	Bytes int64 `json:"bytes,omitempty"`
	// PerSecond is the rate of KindRate.
	PerSecond int `json:"per_second,omitempty"`
	// PageSize is the limit of KindCap.
	PageSize int `json:"page_size,omitempty"`
	// Task is what KindInsert adds.
	Task *Task `json:"task,omitempty"`
	// Count is how many tasks KindForget takes off.
	Count int `json:"count,omitempty"`
	// AfterResponse puts KindInsert and KindForget behind the answer of the call.
	AfterResponse bool `json:"after_response,omitempty"`
	// PageOffset is how many pages KindOtherPage is off: -1 repeats the page before.
	PageOffset int `json:"page_offset,omitempty"`
	// Edit changes the decoded JSON of the response of KindEdit. Calls may run it at the same time.
	Edit func(body map[string]any) `json:"-"`
	// Wait is how long KindDelay waits.
	Wait Duration `json:"wait,omitempty"`
}
