# classes of English words that frames and heads use
kin: mom|mum|mommy|mother|mama|ma|dad|daddy|father|papa|grandma|grandmother|granny|nana|nan|gran|grandpa|grandfather|grandad|granddad|gramps|pops|husband|wife|spouse|partner|brother|sister|sibling|bro|sis|son|daughter|baby boy|baby girl|aunt|auntie|aunty|uncle|cousin|nephew|niece|parents|parent|child|kid|stepfather|stepdad|stepmother|stepmom|mother-in-law|father-in-law|mother in law|father in law|brother in law|sister in law|godmother|godfather|fiance|fiancé|fiancée|fiancee|grandson|granddaughter|twin|stepson|stepdaughter|stepbrother|stepsister|in-laws|hubby|boyfriend|girlfriend|bf|gf|grandparents|grandparent|elderly mother|elderly father|old man|better half|loved one|family member
friend: friend|best friend|bestie|bff|colleague|coworker|co-worker|boss|neighbor|neighbour|roommate|classmate|teacher|buddy|mate
pet: dog|cat|puppy|kitten|hamster|rabbit|bunny|horse|bird|parrot|guinea pig|pup|kitty
self: i|me|my|mine|myself|we|our|us|ours|im|i'm|i've|i'd|i'll|we're|we've
brandyou: you|your|yours|you're|you've|u|ur|yall|y'all|you guys|you people|your company|your team
neg: not|no|never|none|nothing|cannot|cant|can not|wont|dont|didnt|doesnt|isnt|wasnt|arent|aint|without|hardly|barely|scarcely|rarely|wouldnt|couldnt|shouldnt|neither|nor|havent|hasnt|hadnt|werent|mustnt|neednt|lack|lacks|lacking|zero|nobody|no one|nowhere|anything but|far from|nope|fails to|failed to|failing to|fail to|refuse to|refuses to|refused to|unable to|stop being
int: very|so|really|extremely|absolutely|totally|completely|super|too|incredibly|highly|utterly|seriously|truly|beyond|freaking|insanely|fucking|damn|bloody|hella|soo|such|such a|most|quite|deeply|terribly|awfully|ridiculously|genuinely|thoroughly|particularly|especially|unbelievably|massively|hugely|majorly|way too|all the|purely|exceptionally|remarkably|immensely|enormously|entirely|perfectly|wildly|af
dim: slightly|somewhat|a bit|a little|kind of|kinda|sort of|sorta|fairly|partly|mildly|marginally|almost|occasionally|moderately|a tad|relatively|less|little
but: but|however|although|though|yet|except|nevertheless|nonetheless|still though|that said|on the other hand
hypo: if|would|could|might|may|maybe|perhaps|imagine|suppose|unless|whether|hopefully|wish|should
fiction: movie|film|episode|season|book|novel|character|scene|show|series|song|lyrics|album|game|plot|actor|actress|trailer|chapter|sequel|drama|anime|netflix|tv|documentary|poem|story about|movies|the sims|soap opera
past: years ago|year ago|decade ago|decades ago|last year|long ago|back in|when i was|in 19|as a child|as a kid|anniversary|months ago|ten years|once upon|in the 80s|in the 90s|years back|used to|in high school
recent: today|yesterday|last night|this morning|last week|tonight|just|this week|this weekend|on monday|on tuesday|on wednesday|on thursday|on friday|on saturday|on sunday|days ago|day ago|hours ago|two weeks ago|a week ago|recently|this afternoon|now|officially|finally|last month|a month ago|earlier today|a few days ago
planned: tomorrow|next week|next month|next year|next weekend|soon|upcoming|this summer|this fall|this spring|this winter|in june|in july|in august|in september|in october|in november|in december|in january|in february|in march|in april|in may|next summer|next spring|next fall|going to be|will be|due in|planning|in two weeks|in a few weeks|in a month|in a few days|later this month|later this year
day: monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|tonight|yesterday|weekend|week|month|morning|afternoon|evening
span: minutes|minute|mins|min|hours|hour|hrs|hr|days|day|weeks|week|months|month|years|year
money: dollars|dollar|bucks|euros|euro|pounds|quid|usd|eur|gbp|$|€|£|rupees|dirhams|riyals|cents
wh: how|what|when|where|why|which|who|whom|whose|can i|can you|could you|could i|is there|are there|do you|does it|is it|will it|would it|may i|am i|should i|do i|did you|has anyone|does anyone|anyone know|any idea|anybody know
polite: please|pls|plz|kindly|could you|can you|would you|help|assist|thanks in advance
asp.delivery: delivery|deliver|delivered|package|parcel|shipment|shipping|shipped|courier|driver|tracking|dispatch|mailman|carrier|transit|order arrived|doorstep|fedex|usps|dhl
asp.staff: agent|staff|rep|representative|customer service|customer support|customer care|support team|crew|manager|cashier|waiter|waitress|employee|attendant|receptionist|operator|technician|supervisor|service desk|help desk|helpdesk|personnel|clerk|server|host|steward|stewardess|flight attendant|gate agent|sales person|salesman|advisor|engineer
asp.response: response|reply|replied|respond|call back|callback|on hold|email|emailed|ticket|chat|phone line|hotline|answer|voicemail|helpline|phone call|dm
asp.price: price|pricing|cost|fee|charge|fare|expensive|cheap|overpriced|bill|invoice|subscription|rate|value for money|surcharge|discount|coupon|promo code|billing|payment
asp.refund: refund|refunded|return|reimbursement|reimburse|compensation|voucher|exchange|money back|chargeback|credit back
asp.app: app|website|site|web site|login|log in|checkout|page|portal|software|update|interface|system|webpage|online account|dark mode
asp.product: product|item|phone|laptop|shoes|jacket|blender|battery|screen|charger|headphones|mattress|device|quality|dress|shirt|camera|watch|tv set|fridge|washing machine|vacuum|toaster|tablet|keyboard|printer|toy|sofa|chair|jeans|boots|size|fabric
asp.food: food|pizza|burger|soup|coffee|meal|chicken|dessert|breakfast|lunch|dinner|dish|menu|restaurant|fries|salad|steak|drink|portion|sandwich|sushi|taste|flavor|flavour
asp.travel: flight|plane|trip|booking|seat|gate|luggage|baggage|bag|connection|train|bus|boarding|runway|tarmac|layover|airline|airport|reservation|itinerary|upgrade|check-in|check in|boarding pass|takeoff|rebook|rebooked
asp.room: room|hotel|bed|shower|lobby|apartment|bathroom|towels|housekeeping|suite|aircon|air con|resort|hostel|checkout time
asp.network: wifi|wi-fi|internet|signal|broadband|network|coverage|data plan|fiber|router|outage|bandwidth|hotspot|4g|5g|landline|sim card|sim|reception
asp.account: account|password|profile|loyalty points|points|miles|membership|card|verification|pin|rewards|username
asp.store: store|shop|branch|queue|checkout line|parking|fitting room|opening hours|mall|aisle
asp.safety: safety|unsafe|security|hazard|dangerous
asp.privacy: privacy|personal data|my data|my information|gdpr
third: they|he|she|his|her|their|them|who|people|someone|somebody|everyone|couple|guy|girl|woman|man|celebrity|star|prince|princess|king|queen|president|players|player|actor|actress|singer|team|coach|students|guys
