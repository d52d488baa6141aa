package channel

// As returns ch, or the first channel inside it, as a T: As[Editor](ch). It looks into a wrapper that has a method
// Unwrap() Channel. A wrapper that must see every send has no Unwrap, or has the sending abilities itself.
func As[T any](ch Channel) (T, bool) {
	for ch != nil {
		if t, ok := ch.(T); ok {
			return t, true
		}
		u, ok := ch.(interface{ Unwrap() Channel })
		if !ok {
			break
		}
		ch = u.Unwrap()
	}
	var zero T
	return zero, false
}
