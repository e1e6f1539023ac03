# What short answers to a post say, and what posts and survey questions ask for. They count only where the post is known.
agree: me too|same here|same|ditto|+1|exactly this|so true|mine too|us too|likewise|agreed|i agree|second this|same problem|same issue|same thing|happened to me too|happened to me as well|that's exactly it|couldn't agree more
agree: 我也是|同感|一样|同样|我也遇到|我也一样|加一|同意|赞同|说得对|我都系|同我一样|深有同感|附议
agree: انا كمان|وأنا أيضا|أنا أيضا|وانا بعد|نفس الشي|نفس المشكلة|نفس الكلام|معك حق|صحيح كلامك|أتفق معك|اتفق|مثلي
asksbad: did you dislike|disappointed you|could be better|could we improve|can we improve|could we do better|can we do better|went wrong|was the worst|bothered you|frustrated you|needs improvement|like least|enjoy least
asksbad: 不满意的地方|哪里不满意|不喜欢|需要改进|可以改进|哪里做得不好|最差|有什么不足|不足之处
asksbad: لم يعجبك|ما عجبك|نحسن|تحسين|ازعجك|أزعجك|اسوأ|السلبيات|خيب ظنك
asksgood: did you like most|did you like best|do you like most|did you enjoy|like most|enjoy most|went well|made you happy|was the best|do you love|impressed you
asksgood: 最满意的地方|最满意|最喜欢|哪里做得好|满意的地方|有什么优点|最好的地方
asksgood: أكثر ما أعجبك|اعجبك اكثر|أعجبك|الايجابيات|احسن شي|أفضل شيء
