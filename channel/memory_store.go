package channel

// MemoryStore is stubbed.
type MemoryStore struct{ Store }

// NewMemoryStore is stubbed.
func NewMemoryStore() *MemoryStore { return &MemoryStore{} }
