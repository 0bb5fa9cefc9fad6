# ruff: noqa: E501
"""Word lists by which briefs are read: labels, tones, colours, and what marks an instruction, a benefit or an offer."""

LABELS: dict[str, str] = {}
"""The words that name a part of a brief, and the part they name."""

for _part, _words in {
    "product": "product|product name|subject|the product|topic|service|产品|产品名|产品名称|主题|品名|商品|项目|店名",
    "kind": "kind|category|what it is|product type|类型|品类|类别",
    "brand": "brand|brand name|client|company|maker|品牌|客户|公司|厂牌",
    "title": "title|name|film title|headline title|标题|片名|剧名",
    "claims": "claims|claim|key claims|benefits|benefit|key benefits|selling points|key points|key messages|key message|messages|message|features|feature|proof|proof points|"
              "reasons to believe|usp|usps|why it is good|why|what it does|卖点|核心卖点|产品卖点|优势|功能|特点|亮点|功效|利益点|核心信息|产品亮点",
    "audience": "audience|target audience|target|for whom|who it is for|who|who it's for|viewer|viewers|受众|目标受众|目标人群|人群|用户|目标用户|客群|面向",
    "offer": "offer|the offer|promotion|deal|discount offer|launch offer|pricing|优惠|活动|促销|福利|优惠信息",
    "price": "price|price point|costs|cost|rrp|价格|售价|定价|单价|到手价",
    "discount": "discount|折扣",
    "guarantee": "guarantee|warranty|returns|质保|保修|保证|售后|承诺",
    "tone": "tone|tone of voice|mood|style|feel|voice|look and feel|look & feel|调性|风格|基调|语气|氛围|情绪",
    "length": "length|duration|running time|run time|runtime|film length|时长|长度|片长|视频时长",
    "aspects": "aspect|aspects|aspect ratio|aspect ratios|formats|ratio|画幅|比例|画面比例|尺寸",
    "call": "call to action|cta|call-to-action|action|next step|what to do|行动号召|号召|引导|行动引导|结尾引导|转化",
    "items": "items|outfits|looks|skus|products|pieces|collection|variants|the looks|the outfits|list|单品|款式|造型|搭配|系列|商品列表|穿搭",
    "people": "characters|cast|people|the characters|the cast|人物|角色|主角|演员|人物介绍|角色介绍",
    "colours": "colours|colors|colour|color|brand colours|brand colors|palette|品牌色|颜色|配色|主色|色彩|色调",
    "must": "must say|must-say|must include|mandatory|mandatories|must have|say|always say|必须说|必说|必须出现|必须包含|必含|必提",
    "never": "never say|never-say|avoid|do not say|don't say|not to say|don'ts|don't|禁用|不能说|禁止|避免|不要说|不要出现|禁忌",
    "notes": "background|context|objective|goal|goals|kpi|kpis|deadline|budget|deliverables|channel|channels|platform|platforms|music|language|format|references|notes|"
             "note|technical|legal|timing|contact|stakeholders|competitors|date|version|author|背景|目标|目的|截止|预算|交付|渠道|平台|音乐|语言|格式|参考|备注|联系人|投放渠道|投放平台",
    "joke": "joke|gag|pun|funny bit|punchline|笑点|梗|笑话|段子|包袱",
    "picture": "opening image|opening shot|opening|closing image|closing shot|image|picture|visual|visuals|key visual|scene|first image|last image|画面|开场画面|结尾画面|镜头|场景|视觉",
}.items():  # fmt: skip
    LABELS.update(dict.fromkeys(_words.split("|"), _part))

TONES: dict[str, str] = {}
"""Tone words as clients write them, and the tone each means."""

for _part, _words in {
    "warm": "warm|cosy|cozy|homely|friendly|caring|human|kind|gentle|温暖|治愈|温馨|亲切|烟火气|人情味",
    "calm": "calm|quiet|slow|peaceful|serene|minimal|minimalist|understated|unhurried|soft|安静|平静|极简|克制|松弛|舒缓|宁静|沉静|慢",
    "bold": "bold|energetic|fast|punchy|loud|dynamic|high-energy|upbeat|confident|powerful|urgent|sporty|活力|有力|热血|快节奏|动感|燃|大胆|高能|年轻",
    "playful": "playful|funny|fun|humorous|witty|cheeky|light-hearted|lighthearted|quirky|silly|joyful|俏皮|幽默|搞笑|轻松|有趣|好玩|诙谐|欢快",
    "elegant": "elegant|luxurious|luxury|premium|refined|sophisticated|timeless|editorial|fashion|sleek|优雅|高级|奢华|精致|质感|高端|时髦",
    "serious": "serious|clear|factual|trustworthy|authoritative|professional|informative|matter-of-fact|honest|plain|educational|专业|严谨|客观|可信|科普|权威|真诚",
    "tender": "tender|emotional|touching|nostalgic|sentimental|moving|heartfelt|bittersweet|intimate|wistful|感人|深情|怀旧|走心|细腻|催泪|动人",
    "dark": "dark|tense|suspenseful|mysterious|gritty|thrilling|noir|moody|dramatic|悬疑|紧张|神秘|暗黑|压抑|反转|惊悚",
    "tradition": "traditional|heritage|oriental|ancient|国风|古风|东方|传统|中式|禅意|国潮|雅致",
}.items():  # fmt: skip
    TONES.update(dict.fromkeys(_words.split("|"), _part))

COLOURS: dict[str, str] = {
    "black": "#16161a", "white": "#f5f2ec", "cream": "#f3e9d7", "ivory": "#f5efe0", "grey": "#8a8d92", "gray": "#8a8d92", "charcoal": "#33363b",
    "red": "#d0342c", "crimson": "#a8182e", "burgundy": "#6d1a2d", "pink": "#e88fa9", "rose": "#d9738c", "coral": "#f0735a", "orange": "#ee7a22",
    "terracotta": "#c4623d", "rust": "#a8502c", "copper": "#b8703f", "amber": "#e8a33d", "gold": "#cf9f3f", "golden": "#cf9f3f", "yellow": "#f2c230",
    "mustard": "#cf9a2a", "olive": "#6f7440", "green": "#3f8f5b", "forest": "#24523b", "sage": "#93a98a", "mint": "#9fd6bd", "emerald": "#1e7d5b",
    "teal": "#1f7f82", "turquoise": "#37b5b0", "cyan": "#38b6d0", "blue": "#2f62c4", "navy": "#1c2c54", "indigo": "#3a3f8f", "sky": "#86bce6",
    "purple": "#71479e", "violet": "#7d55b8", "lavender": "#b5a3d9", "brown": "#6d4a33", "chocolate": "#4e3020", "beige": "#d8c6a8", "sand": "#d9c19a",
    "silver": "#b8bcc2", "bronze": "#9a6a38",
    "黑": "#16161a", "白": "#f5f2ec", "米": "#f3e9d7", "灰": "#8a8d92", "红": "#c8322b", "粉": "#e88fa9", "橙": "#ee7a22", "橘": "#ee7a22", "黄": "#f2c230",
    "金": "#cf9f3f", "绿": "#3f8f5b", "青": "#2f8f86", "蓝": "#2f62c4", "紫": "#71479e", "棕": "#6d4a33", "咖": "#6d4a33", "褐": "#6d4a33", "银": "#b8bcc2",
    "藏青": "#1c2c54", "墨绿": "#24523b", "酒红": "#6d1a2d", "驼": "#b98b5a", "杏": "#e9cfa6", "朱红": "#d13b2a", "靛蓝": "#2c3f7a", "米白": "#f3ebdd",
}  # fmt: skip

INSTRUCTION = {
    "en": r"\b(?:we (?:want|need|would like|are looking|plan|hope|ask)|please|should|the (?:film|video|ad|spot|advert|clip|campaign|commercial|brief|client|edit|voice-?over|viewer|"
          r"tone|mood|music|audience)\b|(?:this|a|an|our|one|make|create|produce|shoot|write|cut)\b[^.]{0,40}\b(?:film|video|ad|advert|spot|clip|commercial|trailer|teaser|reel|lookbook|explainer|episode)\b|"
          r"aspect|vertical|horizontal|9:16|16:9|deadline|budget is|deliver(?:ed|able)|target (?:audience|group)|call to action|avoid|do not|don't (?:say|show|use|mention)|"
          r"never (?:say|show|use|mention)|must (?:say|show|include|mention|appear|not)|end (?:on|with)|open (?:on|with)|tone of voice|for (?:tiktok|instagram|youtube|reels|shorts)|"
          r"background music|storyboard|shot list|legal (?:has|wants|asks)|marketing|stakeholder|kpi|click-through|conversion rate|(?:second|minute)s?[- ]long)",
    "zh": r"请|需要(?:一|拍|做|出现)|我们(?:想|要|希望|需要|计划)|希望(?:视频|片子|能|用)|这(?:条|支|个)(?:视频|片子|短片|广告)|视频|短片|片子|成片|广告片|画幅|竖屏|横屏|时长|"
          r"调性|受众|目标人群|结尾要|开头要|不要(?:出现|说|用)|禁止|不能说|必须(?:出现|说|包含|提)|配乐|字幕|投放|预算|截止|文案要|镜头要|客户",
}  # fmt: skip

BENEFIT = {
    "en": r"\b(?:keeps?|stays?|lasts?|saves?|cuts?|lets?|holds?|makes?|gives?|needs? no|no (?:more|need|wires?|app|tools?|noise)|never|without|free|faster|slower|lighter|warmer|cooler|"
          r"quieter|softer|stronger|easier|better|longer|only|every|all (?:day|night|year)|always|protects?|repels?|folds?|fits?|charges?|cleans?|removes?|reduces?|helps?|works?|"
          r"grows?|brews?|pours?|bakes?|cooks?|tastes?|smells?|glows?|lights?|warms?|dries|learns?|reads?|plays?|repairs?|repairable|recycled|organic|handmade|hand-made|hand|"
          r"waterproof|washable|dishwasher|certified|tested|proven|made (?:of|from|in|by)|carved|woven|cast|built|designed|can)\b",
    "zh": r"保温|保鲜|防水|防滑|透气|耐|轻|省|只需|只要|无需|不用|不再|随时|一键|自动|快|免|可以|能|让|更|不(?:烫|漏|伤|沾|掉|累)|手工|有机|零添加|认证|持久|续航|"
          r"柔软|舒适|安心|新鲜|现做|每一|全程|支持|适合|折叠|收纳|清洗|采用|选用|来自",
}  # fmt: skip

OFFER = {
    "en": r"[$€£¥]\s?\d|\b\d[\d.,]*\s?(?:dollars|euros|pounds|usd|eur|gbp|rmb)\b|\d+\s?% off|\b(?:discount|half price|free (?:shipping|delivery|trial|returns|month|sample)|money[- ]back|"
          r"guarantee|warranty|pre-?order|limited (?:offer|edition|time)|early[- ]bird|first \d+ (?:customers|orders)|until (?:the end of )?(?:monday|tuesday|wednesday|thursday|friday|"
          r"saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|\d)|launch (?:offer|price)|costs? \S*\d|starts? at|from \S*\d+ a month|"
          r"buy one|tickets? (?:from|cost|are))",
    "zh": r"[¥￥]\s?\d|\d[\d.,]*\s?(?:元|块)|[一二三四五六七八九十百两]+(?:块钱|元)|[一二三四五六七八九\d.]+折|优惠|立减|满减|买一送|赠送|包邮|免运费|质保|保修|无理由退|试用|首发价|到手价|预售|早鸟|限时|限量|仅售|售价",
}  # fmt: skip

CALL = {
    "en": r"^(?:order|buy|shop|visit|book|try|join|sign up|download|get|find|discover|come|reserve|subscribe|call|start|pre-?order|see|learn more|scan|tap|click|meet|follow|register|"
          r"donate|taste|swing by|pick up|head to|go to|ask)\b",
    "zh": r"^(?:明早|明天|今晚|今天|欢迎|立即|马上|现在|点击|扫码|搜索|下载|关注|预约|下单|购买|到店|来|快来|加入|报名|了解|进店|点开|收藏|订阅|去|上)",
}  # fmt: skip

CALL_PLACE = {
    "en": r"\b(?:[\w-]+\.[a-z]{2,8}(?:/\S+)?|today|now|in stores?|near you|online|app store|link in bio|tonight|this weekend|website|at the (?:door|shop|counter))\b",
    "zh": r"(?:[\w-]+\.[a-z]{2,8}|旗舰店|小程序|官网|链接|直播间|门店|今天|现在|立即|应用商店|公众号|橱窗|购物车|下单|预约|抢|来[店喝吃看玩坐逛尝])",
}

VISUAL = {
    "en": r"\b(?:light|sunlight|shadow|steam|smoke|rain|snow|fog|mist|window|street|sea|waves?|mountain|forest|river|sky|sun|moon|dawn|sunrise|sunset|dusk|morning|night|kitchen|"
          r"table|hands?|face|eyes|hair|coat|door|lamp|candle|fire|glass|cup|bowl|flower|tree|leaf|leaves|bird|dog|cat|child|woman|man|train|bicycle|bike|road|bridge|roof|garden|"
          r"harbour|harbor|beach|field|market|stall|shop|stairs|bed|chair|desk|red|blue|green|golden|gold|white|black|yellow|silver)\b",
    "zh": r"阳光|月光|灯光|影子|雾气|细雨|雨夜|下雨|雪地|大雪|海风|海浪|窗边|窗前|窗外|街角|街头|小巷|巷子|山间|林间|河边|湖面|清晨|早晨|黄昏|傍晚|深夜|夜晚|夕阳|蒸汽|热气|"
          r"厨房|阳台|院子|门口|桌上|餐桌|台灯|路灯|双手|指尖|孩子|女孩|男孩|男人|女人|老人|奶奶|爷爷|妈妈|爸爸|背影|花瓣|树叶|小狗|小猫|碗里|杯中|炉火|炭火|市场|摊位|车站|站台|船头|屋檐",
}  # fmt: skip
