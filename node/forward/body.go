package forward

import (
	"errors"
	"net/http"

	"github.com/cablepull/cablepull/node/web"
)

// bodyLimit is how many bytes of a request's body are kept, so that another
// server can get it if the first one does not take it (nginx:
// client_max_body_size).
const bodyLimit = 1 << 20

// TakeBody reads the body of a request that is to be forwarded. A refusal is
// the status with which to answer instead; 0: none. The error is that of the
// client's connection.
func TakeBody(x *web.Exchange) (refusal int, err error) {
	err = x.TakeBody(bodyLimit)
	if errors.Is(err, web.ErrBodySize) {
		return http.StatusRequestEntityTooLarge, nil
	}
	return 0, err
}
