// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const jsonContentType = "application/json;charset=utf-8"

// callHandler serves one call.
type callHandler struct {
	sim  *Simulator
	w    http.ResponseWriter
	r    *http.Request
	call *Call
}

// handle serves a call with these parameters, or returns the error response that is still to be sent.
func (h *callHandler) handle(params url.Values) *errorResponse {
	if h.r.URL.Path != "/" {
		return actionNotFound()
	}
	if err := h.sim.authenticate(h.r.Method, params); err != nil {
		return err
	}
	q, err := readQuery(params)
	if err != nil {
		return err
	}
	o, err := h.sim.decide(q)
	if err != nil {
		return err
	}
	h.sim.update(func() { h.call.Faults = o.faults })
	if o.delay > 0 && !h.wait(o.delay) {
		return nil
	}
	o.response.RequestID = h.call.RequestID
	if !o.hasListResponse() {
		h.sendFault(o)
		return nil
	}
	body, encodeErr := o.encode()
	if encodeErr != nil {
		return invalidScenario(encodeErr)
	}
	h.sendResponse(o, body)
	return nil
}

// encode returns the body of the list response, with the faults that change it.
func (o *outcome) encode() ([]byte, error) {
	body, err := encode(o.response)
	if err != nil {
		return nil, err
	}
	if len(o.edits) > 0 {
		if body, err = applyEdits(body, o.edits); err != nil {
			return nil, err
		}
	}
	body = append(body, o.trailing...)
	if !o.gzip {
		return body, nil
	}
	var compressed bytes.Buffer
	z := gzip.NewWriter(&compressed)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return compressed.Bytes(), nil
}

// sendResponse sends the body of a list response, or the part of it that a fault leaves.
func (h *callHandler) sendResponse(o *outcome, body []byte) {
	h.setContentType(o)
	if o.terminal == nil {
		h.send(http.StatusOK, "", body)
		return
	}
	part := body[:int(o.terminal.At*float64(len(body)))]
	switch hangs := o.terminal.Kind == KindHang; {
	case o.terminal.Kind == KindTruncateSilently:
		h.send(http.StatusOK, "", part)
	case hangs && o.terminal.At == 0:
		h.wait(0)
		h.closeConnection(false)
	default:
		h.sendPart(body, part, hangs)
	}
}

// sendPart announces body, sends only part of it, and closes the connection. If it hangs, it first waits until the
// client has gone or the simulator is closed.
func (h *callHandler) sendPart(body, part []byte, hangs bool) {
	h.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	h.recordStatus(http.StatusOK, "")
	h.w.WriteHeader(http.StatusOK)
	if _, err := h.w.Write(part); err != nil {
		return
	}
	if err := http.NewResponseController(h.w).Flush(); err != nil {
		return
	}
	if len(part) < len(body) {
		if hangs {
			h.wait(0)
		}
		h.closeConnection(false)
	}
}

// sendFault applies a terminal fault that needs no list response.
func (h *callHandler) sendFault(o *outcome) {
	f := o.terminal
	if f.NoDate {
		// With nil, the server does not set it either.
		h.w.Header()["Date"] = nil
	}
	for name, value := range f.Header {
		h.w.Header().Set(name, value)
	}
	switch f.Kind {
	case KindError:
		h.sendError(newErrorResponse(f.Status, f.Code, f.Message))
	case KindBody:
		h.w.Header()["Content-Type"] = nil
		if f.ContentType != "" {
			h.w.Header().Set("Content-Type", f.ContentType)
		}
		h.send(f.Status, "", []byte(f.Body))
	case KindFlood:
		h.sendFlood(o)
	default:
		h.closeConnection(f.Kind == KindReset)
	}
}

func (h *callHandler) sendError(response *errorResponse) {
	response.RequestID = h.call.RequestID
	body, err := encode(response)
	if err != nil {
		http.Error(h.w, err.Error(), http.StatusInternalServerError)
		return
	}
	h.w.Header().Set("Content-Type", jsonContentType)
	h.send(response.status, response.Code, body)
}

// send sends a whole body.
func (h *callHandler) send(status int, code string, body []byte) {
	if status != http.StatusNoContent {
		h.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	h.recordStatus(status, code)
	h.w.WriteHeader(status)
	if len(body) > 0 && status != http.StatusNoContent {
		// A client may close its connection at any time.
		_, _ = h.w.Write(body)
	}
}

func (h *callHandler) setContentType(o *outcome) {
	h.w.Header().Set("Content-Type", jsonContentType)
	if o.gzip {
		h.w.Header().Set("Content-Encoding", "gzip")
	}
}

func (h *callHandler) recordStatus(status int, code string) {
	h.sim.update(func() { h.call.Status, h.call.Code = status, code })
}

// wait blocks for d, or without limit if d is 0, and reports whether the client is still connected. It ends early when
// the client disconnects or the simulator is closed.
func (h *callHandler) wait(d time.Duration) bool {
	ctx := h.r.Context()
	if d > 0 {
		timed, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		ctx = timed
	}
	select {
	case <-h.sim.closed:
	case <-ctx.Done():
	}
	return h.r.Context().Err() == nil
}

// closeConnection closes the connection of the client, with a reset if that is asked for.
func (h *callHandler) closeConnection(reset bool) {
	conn, _, err := http.NewResponseController(h.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if under, ok := conn.(interface{ NetConn() net.Conn }); ok && reset {
		conn = under.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		// Without it, the client sees an orderly end of the connection in place of a reset.
		_ = tcp.SetLinger(0)
	}
	// The connection is gone either way.
	_ = conn.Close()
}
