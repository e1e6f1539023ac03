package app

// operations lists everything that the local socket answers.
func operations() []served {
	return []served{
		lookAtPerson.served(),
		verifyState.served(),
		applyPolicy.served(),
		makeBackup.served(),
		erasePerson.served(),
		exportPerson.served(),
		resume.served(),
		explainIt.served(),
		checkup.served(),
		radarOfDay.served(),
		listQuarantine.served(),
		showQuarantined.served(),
		resubmitQuarantined.served(),
		discardQuarantined.served(),
		importBatch.served(),
	}
}
