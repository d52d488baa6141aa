package telegramtest

// Send sends a file to the chat; see [User.Send].
func (m *Member) Send(file Media) error {
	return m.act(func() ([]*update, error) {
		sent, err := m.u.carry(file)
		if err != nil {
			return nil, err
		}
		return m.post(sent)
	})
}

// SendAlbum sends several files to the chat as one album; see [User.SendAlbum].
func (m *Member) SendAlbum(items ...Media) error {
	return m.act(func() ([]*update, error) { return m.u.sendAlbum(m.ch, items, m.post) })
}

// Send sends a file to the business account; see [User.Send].
func (c *Customer) Send(file Media) error {
	return c.u.act(func() ([]*update, error) {
		sent, err := c.u.carry(file)
		if err != nil {
			return nil, err
		}
		return c.post(c.u, sent), nil
	})
}

// SendAlbum sends several files to the business account as one album; see [User.SendAlbum].
func (c *Customer) SendAlbum(items ...Media) error {
	return c.u.act(func() ([]*update, error) {
		return c.u.sendAlbum(c.ch, items, func(m *message) ([]*update, error) { return c.post(c.u, m), nil })
	})
}
