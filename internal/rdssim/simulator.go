// SPDX-License-Identifier: MPL-2.0

// Package rdssim simulates the RDS API of Alibaba Cloud for tests, examples, and rehearsals. It has one action,
// DescribeMigrateTasks, and behaves as documented: it checks every signature, lists tasks in pages and retains them for
// 7 days. A Model selects the behavior that the documentation leaves open, and faults make it misbehave. It knows when
// a database is online. It shares no code with the provider that it tests.
package rdssim

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Clock is the simulator's source of time.
type Clock interface{ Now() time.Time }

// Simulator is an [http.Handler] that plays a [Scenario]. It is safe for concurrent use.
type Simulator struct {
	clock Clock
	model Model
	start time.Time // by the API's clock

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

// New returns a simulator of s that starts now, by the clock. Its error names the first invalid value in s.
func New(s Scenario, clock Clock) (*Simulator, error) {
	sim := &Simulator{
		clock:          clock,
		model:          s.Model,
		closed:         make(chan struct{}),
		timestampClock: clock,
		accessKeys:     make(map[string]AccessKey),
		instances:      make(map[string]*instanceState),
		nonces:         make(map[usedNonce]bool),
	}
	sim.start = sim.apiTime(clock.Now())
	if err := sim.load(s); err != nil {
		return nil, fmt.Errorf("invalid scenario: %w", err)
	}
	return sim, nil
}

// apiTime returns the time of the API's clock when t is the time of another.
func (s *Simulator) apiTime(t time.Time) time.Time { return t.Add(time.Duration(s.model.ClockSkew)) }

func (s *Simulator) load(scenario Scenario) error {
	if err := scenario.Model.validate(); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	for i, k := range scenario.AccessKeys {
		if err := k.validate(); err != nil {
			return fmt.Errorf("access_keys[%d]: %w", i, err)
		}
		if _, ok := s.accessKeys[k.ID]; ok {
			return fmt.Errorf("access_keys[%d]: duplicate id %q", i, k.ID)
		}
		s.accessKeys[k.ID] = k
	}
	for i, in := range scenario.Instances {
		if err := in.validate(); err != nil {
			return fmt.Errorf("instances[%d]: %w", i, err)
		}
		if s.instances[in.ID] != nil {
			return fmt.Errorf("instances[%d]: duplicate id %q", i, in.ID)
		}
		state, err := newInstanceState(in, s.model, s.start)
		if err != nil {
			return fmt.Errorf("instances[%d]: %w", i, err)
		}
		s.instances[in.ID] = state
	}
	return s.Inject(scenario.Faults...)
}

// Close ends the calls that hang or are delayed. Later calls get a response, but none of them hangs or is delayed.
func (s *Simulator) Close() {
	s.closeOnce.Do(func() { close(s.closed) })
}

// SetTimestampClock sets the clock that the Timestamp of a call is compared with, at first that of the simulator; the
// model's ClockSkew is added to it. The vendor's SDK signs with the time of the machine: a simulator with the clock of
// a test needs the real one here.
func (s *Simulator) SetTimestampClock(c Clock) {
	s.update(func() { s.timestampClock = c })
}

// AddAccessKey adds k, or replaces the key of the same ID.
func (s *Simulator) AddAccessKey(k AccessKey) {
	s.update(func() { s.accessKeys[k.ID] = k })
}

// SetAccessKeys replaces all access keys.
func (s *Simulator) SetAccessKeys(keys ...AccessKey) {
	s.update(func() {
		clear(s.accessKeys)
		for _, k := range keys {
			s.accessKeys[k.ID] = k
		}
	})
}

// AddTask adds t to an instance. Its Created counts from the simulator's start, and an empty ID becomes one higher than
// all others.
func (s *Simulator) AddTask(instanceID string, t Task) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.instances[instanceID]
	if !ok {
		return fmt.Errorf("adding a task: unknown instance %q", instanceID)
	}
	if err := in.add(t, s.start); err != nil {
		return fmt.Errorf("adding a task: %w", err)
	}
	return nil
}

// Tasks returns every task of the instance that the API retains at this instant, newest first, as a response over a
// long window lists them in the default order. It does not count as a poll.
func (s *Simulator) Tasks(instanceID string) ([]ListedTask, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.instances[instanceID]
	if !ok {
		return nil, fmt.Errorf("unknown instance %q", instanceID)
	}
	now := s.apiTime(s.clock.Now())
	return toListedTasks(in.listedTasks(now, window{}), now), nil
}

// Inject adds faults after those that exist. If one is invalid, it adds none.
func (s *Simulator) Inject(faults ...Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var added []*faultState
	for i, f := range faults {
		if err := f.validate(); err != nil {
			return fmt.Errorf("faults[%d]: %w", i, err)
		}
		if f.InstanceID != "" && s.instances[f.InstanceID] == nil {
			return fmt.Errorf("faults[%d]: unknown instance_id %q", i, f.InstanceID)
		}
		added = append(added, &faultState{Fault: f})
	}
	s.faults = append(s.faults, added...)
	return nil
}

// ClearFaults removes all faults.
func (s *Simulator) ClearFaults() {
	s.update(func() { s.faults = nil })
}

// Calls returns every call so far, in order of arrival. One that is still being served may have no Status yet.
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
	s.update(func() { s.calls = nil })
}

// Observe sets a function that is called with each call after it has been served, on the goroutine that served it.
func (s *Simulator) Observe(f func(Call)) {
	s.update(func() { s.observer = f })
}

// ServeHTTP serves a call as the API would, or as the faults require.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	params, errResponse := readParams(r)
	now := s.clock.Now()
	h := &callHandler{sim: s, w: w, r: r, call: newCall(r, params, now)}
	w.Header().Set("Date", s.apiTime(now).UTC().Format(http.TimeFormat))
	s.update(func() { s.calls = append(s.calls, h.call) })
	defer s.notifyObserver(h.call)
	if errResponse == nil {
		errResponse = h.handle(params)
	}
	if errResponse != nil {
		h.sendError(errResponse)
	}
}

func (s *Simulator) notifyObserver(c *Call) {
	s.mu.Lock()
	observer, served := s.observer, c.clone()
	s.mu.Unlock()
	if observer != nil {
		observer(served)
	}
}

// update runs f, which changes the state of the simulator or a recorded call.
func (s *Simulator) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// findInstance returns the instance that q is about, or the error response of the API.
func (s *Simulator) findInstance(q query) (*instanceState, *errorResponse) {
	in, ok := s.instances[q.instanceID]
	if !ok || in.Region != q.region || q.resourceGroupID != "" && q.resourceGroupID != in.ResourceGroupID {
		return nil, notFound("InvalidDBInstanceId.NotFound",
			"The specified DB instance does not exist in the specified region and account.")
	}
	if in.Unsupported {
		return nil, forbidden("InvalidInstanceState", "The current instance state does not support this operation.")
	}
	return in, nil
}
