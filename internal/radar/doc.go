// Package radar watches what a brand's people say together: whether clearly more of them than usual complain about
// something in a market, and which words they begin to use. It is the pure part: counts, what would be usual, how rare
// what is seen would be, and the facts that follow.
//
// It promises: the state is a fold over the log, of bounded size; each person counts once a day in whatever they say;
// a burst is one alert, with its beginning, its peak and its end; a burst does not teach what is usual, unless it stays;
// text is never kept but for words that wait, for a day at most, whether others say them too.
//
// # How usual is reckoned
//
// A series is a market, an aspect ("" for all together) and what is said: negative, complaint, or a class of risk. For
// each the people of every hour are kept for eight weeks. The level is an exponentially weighted mean of the hours, each
// divided by the shape of the week: a discounted gamma prior, as in Harvey and Fernandes, "Time series models for count
// or qualitative observations", Journal of Business & Economic Statistics 7 (1989). The shape is hour of day, then hour of
// week, each shrunk to the coarser one by a gamma prior, so that it appears as history does.
//
// A window of one hour, six hours or a day is too full when the chance of as many people or more is below one in
// Rarity. The chance is the tail of a Poisson distribution, or of a negative binomial one where the level is not yet known
// well or the hours vary more than Poisson's would (variance estimated by Pearson's statistic; McCullagh and Nelder,
// "Generalized linear models", 1989, chapter 6).
//
// # How topics are found
//
// Words and pairs of words of the last day stand against those of four weeks before, which fade; the score is Dunning's
// log-likelihood ratio ("Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19,
// 1993). Chinese, which writes no spaces, is cut into runs of two to four characters.
//
// # What it never does
//
// It knows no clock and no file, decides nothing about a person, and keeps nothing of what a person said.
package radar
