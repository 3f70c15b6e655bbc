// SPDX-License-Identifier: MPL-2.0

package rdssim

// page is what a response to a query for a page says about it.
type page struct {
	// number is the page whose rows are listed.
	number int
	// rows and total are the true values of PageRecordCount and TotalRecordCount.
	rows, total int
}

// newPage returns the page that q asks for in a list of n rows, or the error response if it is refused.
func (m Model) newPage(q query, size, n int) (page, *errorResponse) {
	number := q.page
	last := max(1, (n+size-1)/size)
	if number > last {
		switch m.PageAfterLast {
		case PageAfterLastZero:
			return page{number: number}, nil
		case PageAfterLastRefused:
			return page{}, invalidParam("InvalidPageNumber", "PageNumber")
		case PageAfterLastFirst:
			number = 1
		case PageAfterLastRepeated:
			number = last
		default:
		}
	}
	rows := max(0, min(size, n-(number-1)*size))
	total := n
	if m.TotalCountsPage {
		total = rows
	}
	return page{number: number, rows: rows, total: total + m.HiddenRows}, nil
}

// pageOf returns the tasks on a page, none if it is beyond the last one.
func pageOf(tasks []*taskState, number, size int) []*taskState {
	if number-1 > len(tasks)/size {
		return nil
	}
	from := min((number-1)*size, len(tasks))
	return tasks[from:min(from+size, len(tasks))]
}

// samplePageRecordCount is the PageRecordCount of PageRecordCountSample.
const samplePageRecordCount = 10

// pageRecordCount returns the field of that name for a page of a size, or nil if it is absent.
func (m Model) pageRecordCount(p page, size int) *int {
	switch m.PageRecordCount {
	case PageRecordCountSize:
		return &size
	case PageRecordCountSample:
		return new(samplePageRecordCount)
	case PageRecordCountAbsent:
		return nil
	default:
		return &p.rows
	}
}
