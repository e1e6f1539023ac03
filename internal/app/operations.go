package app

// operations lists everything that the local socket answers.
func operations() []served {
	return []served{
		lookAtPerson.served(),
		verifyState.served(),
		applyPolicy.served(),
		makeBackup.served(),
		resume.served(),
	}
}
