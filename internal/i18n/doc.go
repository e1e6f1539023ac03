// Package i18n says things to people in their language: catalogues of whole sentences with holes and plural forms, for
// English, simplified and traditional Chinese, and Arabic.
//
// It promises that every catalogue says everything the English one says, with the same holes and every plural form that
// its language needs (tests hold it to that), and that names, ids and numbers stay readable inside Arabic: each is put
// between bidirectional isolates. Numbers are written in Western digits, moments in UTC.
//
// It knows nothing of the business: which sentence is said is the caller's matter.
package i18n
