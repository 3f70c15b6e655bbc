// Package rdssim plays the RDS endpoint of Alibaba Cloud, as far as the action DescribeMigrateTasks goes, so that tests,
// examples and the demo meet a service that checks every signature, pages as the real one does, forgets after a week,
// and misbehaves when it is told to. It shares no code with the provider that it tests.
package rdssim

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Clock tells the simulator the time.
type Clock interface{ Now() time.Time }

// Simulator is an [http.Handler] that plays a [Scenario]. It is safe for concurrent use.
type Simulator struct {
	clock Clock
	start time.Time

	closeOnce sync.Once
	closed    chan struct{}

	mu             sync.Mutex
	timestampClock Clock
	accessKeys     map[string]AccessKey
	instances      map[string]*instanceState
	faults         []*faultState
	nonces         map[usedNonce]bool
	calls          []*Call
	observer       func(Call)
}

// New returns a simulator of s that starts now by the clock. It fails when the scenario makes no sense, and says where.
func New(s Scenario, clock Clock) (*Simulator, error) {
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("invalid scenario: %w", err)
	}
	start := clock.Now()
	sim := &Simulator{
		clock:          clock,
		start:          start,
		closed:         make(chan struct{}),
		timestampClock: clock,
		accessKeys:     make(map[string]AccessKey, len(s.AccessKeys)),
		instances:      make(map[string]*instanceState, len(s.Instances)),
		nonces:         make(map[usedNonce]bool),
	}
	for _, k := range s.AccessKeys {
		sim.accessKeys[k.ID] = k
	}
	for _, in := range s.Instances {
		state, err := newInstanceState(in, start)
		if err != nil {
			return nil, fmt.Errorf("invalid scenario: %w", err)
		}
		sim.instances[in.ID] = state
	}
	if err := sim.Inject(s.Faults...); err != nil {
		return nil, fmt.Errorf("invalid scenario: %w", err)
	}
	return sim, nil
}

// Close ends the calls that hang or wait. Later calls are answered as ever, but none of them hangs or waits.
func (s *Simulator) Close() {
	s.closeOnce.Do(func() { close(s.closed) })
}

// SetTimestampClock makes c the clock that the Timestamp of a call is compared with, in place of the simulator's. The vendor's SDK
// signs with the machine's time: a simulator whose clock is a test's needs the real one here.
func (s *Simulator) SetTimestampClock(c Clock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timestampClock = c
}

func (s *Simulator) currentTimestampClock() Clock {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.timestampClock
}

// AddAccessKey adds k, in place of a key of the same ID if there is one.
func (s *Simulator) AddAccessKey(k AccessKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accessKeys[k.ID] = k
}

// SetAccessKeys makes keys the only ones that the simulator knows.
func (s *Simulator) SetAccessKeys(keys ...AccessKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.accessKeys)
	for _, k := range keys {
		s.accessKeys[k.ID] = k
	}
}

// AddTask adds t to an instance; its Created counts from the simulator's start. An empty ID becomes one higher than all
// others.
func (s *Simulator) AddTask(instanceID string, t Task) error {
	if err := t.validate(); err != nil {
		return fmt.Errorf("adding a task: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.instances[instanceID]
	if !ok {
		return fmt.Errorf("adding a task: there is no instance %q", instanceID)
	}
	if err := in.add(t, s.start); err != nil {
		return fmt.Errorf("adding a task: %w", err)
	}
	return nil
}

// Tasks returns the truth at this moment: every task of the instance that the service knows, newest first, as a list over
// a long window would hold it.
func (s *Simulator) Tasks(instanceID string) ([]ListedTask, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.instances[instanceID]
	if !ok {
		return nil, fmt.Errorf("there is no instance %q", instanceID)
	}
	now := s.clock.Now()
	return toListedTasks(in.listedTasks(now, time.Time{}, now), now), nil
}

// Inject adds faults behind those that are there. It adds none of them when one makes no sense.
func (s *Simulator) Inject(faults ...Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[string]bool, len(s.instances))
	for id := range s.instances {
		known[id] = true
	}
	for i, f := range faults {
		if err := f.validate(known); err != nil {
			return fmt.Errorf("injecting fault %d: %w", i, err)
		}
	}
	for _, f := range faults {
		s.faults = append(s.faults, &faultState{Fault: f})
	}
	return nil
}

// ClearFaults ends all misbehaviour for the calls to come.
func (s *Simulator) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Calls returns every call that came, in order. One that is still going on has no Status yet.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, len(s.calls))
	for i, c := range s.calls {
		calls[i] = c.clone()
	}
	return calls
}

// ClearCalls empties the list of calls.
func (s *Simulator) ClearCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// Observe has f called with each call when it has ended, from the goroutine that served it.
func (s *Simulator) Observe(f func(Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observer = f
}

// ServeHTTP answers a call as the service would, or as a fault wants it.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	params, errResponse := readParams(r)
	call := newCall(r, params, id, s.clock.Now())
	s.mu.Lock()
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	defer s.notifyObserver(call)

	h := &callHandler{sim: s, w: w, r: r, call: call, requestID: id}
	if errResponse == nil {
		errResponse = h.handle(params)
	}
	if errResponse != nil {
		h.sendError(errResponse)
	}
}

func (s *Simulator) notifyObserver(c *Call) {
	s.mu.Lock()
	observe, ended := s.observer, c.clone()
	s.mu.Unlock()
	if observe != nil {
		observe(ended)
	}
}

// update changes a call that Calls may be reading.
func (s *Simulator) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Simulator) findInstance(q query) (*instanceState, *errorResponse) {
	in, ok := s.instances[q.instanceID]
	if !ok || in.region != q.region || q.resourceGroupID != "" && q.resourceGroupID != in.resourceGroupID {
		return nil, newErrorResponse(http.StatusNotFound, "InvalidDBInstanceId.NotFound",
			"The specified DB instance does not exist in the specified region and account.")
	}
	if in.unsupported {
		return nil, newErrorResponse(http.StatusForbidden, "InvalidInstanceState",
			"The current instance state does not support this operation.")
	}
	return in, nil
}
