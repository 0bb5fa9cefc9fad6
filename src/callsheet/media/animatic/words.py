"""The vocabulary by which a board is read: English and Chinese words for places, poses, people, things, weather and hours.

English entries match whole words with their plain plurals and verb endings; Chinese entries match as substrings, longest first.
"""

PLACES: dict[str, str] = {
    "mountain": "mountain ridge peak summit hill cliff valley canyon alps 山 山顶 山峰 山脊 山谷 悬崖 高原 雪山 山间",
    "forest": "forest wood woods woodland jungle pine tree grove bamboo 森林 树林 林间 竹林 大树 丛林",
    "sea": "sea ocean beach shore coast pier island wave surf bay tide seaside ship sailor seabed 海 大海 海边 海滩 沙滩 "
    "海岸 海浪 潮水 涨潮 退潮 潮汐 海湾 岛",
    "lake": "lake river pond stream waterfall canal riverside lakeside bridge 湖 湖边 河 江 江边 河边 溪 池塘 "
    "瀑布 小桥 桥上",
    "street": "street alley avenue sidewalk crossing crosswalk downtown neighbourhood neighborhood lane plaza "
    "square market chinatown bus-stop "
    "街 街道 街头 小巷 巷子 胡同 马路 路口 人行道 广场 市集 弄堂 公交站 市场",
    "skyline": "skyline city skyscraper rooftop terrace balcony metropolis 天际线 城市 都市 高楼 摩天 天台 屋顶 "
    "楼顶 阳台 露台 上海 北京 广州 深圳 香港",
    "desert": "desert dune sand sahara 沙漠 沙丘 戈壁",
    "field": "field meadow grass grassland prairie farm countryside wheat steppe village vineyard lawn sky "
    "cloud park garden orchard "
    "田野 草地 草原 麦田 农场 乡村 稻田 村庄 田 天空 云端 村口 草坪 公园 花园 果园 树下",
    "room": "room bedroom home house bathroom apartment flat living-room sofa couch bed lounge loft attic "
    "studio-flat "
    "房间 卧室 家里 家中 客厅 公寓 沙发 床边 屋里 屋内 房子 宿舍 书房 出租屋",
    "kitchen": "kitchen cafe café coffee coffee-shop coffee-house restaurant bar bakery diner counter "
    "bistro pub izakaya canteen "
    "厨房 咖啡馆 咖啡店 餐厅 酒吧 面包店 餐馆 饭店 食堂 咖啡厅 吧台 小吃店",
    "office": "office meeting boardroom workplace cubicle desk workstation laboratory lab cowork startup "
    "headquarters "
    "办公室 会议室 公司 写字楼 工位 实验室 书桌 办公桌",
    "corridor": "corridor hallway hospital ward clinic doorway hall lobby elevator staircase stairs stairwell "
    "station subway metro platform airport "
    "tunnel prison 走廊 医院 病房 诊所 门口 大厅 电梯 楼梯 车站 地铁 站台 机场 过道 急诊",
    "shop": "shop store boutique flower-shop book-shop tea-shop showroom mall gallery museum library bookshop "
    "bookstore supermarket warehouse fair "
    "商店 店铺 商场 展厅 画廊 博物馆 图书馆 书店 超市 专柜 门店 精品店 仓库",
    "classroom": "classroom school lecture lesson university campus blackboard whiteboard teacher 教室 学校 课堂 "
    "大学 校园 黑板 讲台",
    "theatre": "stage theatre theater concert auditorium spotlight podium runway arena club nightclub 舞台 剧院 "
    "剧场 音乐会 演唱会 聚光灯 秀场 礼堂 夜店",
    "car": "car taxi cab driver driving passenger dashboard windscreen windshield backseat van truck 车内 "
    "车里 出租车 汽车 驾驶 副驾 后座 开车 车上 车厢",
    "road": "road highway motorway freeway 公路 高速 高速公路 道路",
    "courtyard": "courtyard temple pagoda shrine palace teahouse tea-house tea-room pavilion lantern dynasty "
    "ancient-town monastery "
    "庭院 院子 寺庙 寺 宫殿 皇宫 茶馆 茶楼 亭子 古镇 四合院 祠堂 王府 古风 宅院 道观 客栈 凉亭",
    "market": "night-market food-stall food-market street-food bazaar 夜市 面摊 小摊 摊位 摊子 摊 大排档 小吃街",
    "noodle": "noodle-shop noodle-bar ramen-shop noodle-house 面馆 面店 拉面馆 小面馆 牛肉面馆",
    "harbour": "harbour harbor quay marina fishing-port dock 码头 港口 渔港",
    "space": "outer-space planet orbit galaxy astronaut spaceship cosmos universe solar-system "
    "太空 宇宙 行星 地球 月球 星系 轨道 太阳系",
    "studio": "studio backdrop cyclorama void abstract seamless 摄影棚 影棚 背景布 虚空",
}

POSES: dict[str, str] = {
    "walk": "walk stroll wander stride march step approach enter leave cross pace arrive return follow "
    "走 走路 行走 散步 走进 走出 走来 走向 走过 漫步 步入 穿过 离开 进门 路过",
    "run": "run sprint jog dash race chase flee rush jogging 跑 奔跑 跑步 冲 追 逃 奔 狂奔 冲进",
    "sit": "sit seated sitting sat crouch kneel rest meditate 坐 坐着 坐在 坐下 跪 蹲 落座 打坐",
    "desk": "type typing works writing write code coding typed study studying draw sketch edit shape mould "
    "mold carve craft assemble knit sew paint knead repair weave polish build 打字 写 工作 加班 敲键盘 "
    "学习 画画 写作 办公 写字 捏 雕刻 制作 缝 揉 编织 打磨 修理",
    "reach": "reach point open touch pick grab knock press place push pull 伸手 指 打开 触摸 推开 推门 拿起 "
    "按下 敲门 拉开 抚摸 放下",
    "hold": "hold carry show present offer lift unwrap give hand display bring 拿着 握 握住 捧 举 举起 端 端着 "
    "递 递给 展示 抱着 提着 打着 撑着",
    "pour": "pour brew fill stir cook mix bake 倒茶 倒 斟 沏茶 冲泡 泡茶 做饭 搅拌 炒 烹饪 倒水",
    "drink": "drink sip taste eat bite 喝 饮 品茶 品尝 吃 尝 喝茶 喝咖啡",
    "phone": "phone call smartphone scroll text texting dial selfie 打电话 手机 电话 接听 刷手机 拨 发短信",
    "read": "read reading letter book newspaper 读 阅读 看书 读信 看信 信",
    "embrace": "embrace hug kiss cuddle 拥抱 抱住 相拥 接吻 搂 依偎",
    "argue": "argue quarrel fight shout confront yell slap accuse 争吵 吵架 吵 打架 争执 对峙 怒吼 质问 喊 大喊 指责",
    "lookout": "gaze watch look stare overlook wait contemplate behold lean 望 眺望 凝视 看着 远望 望向 注视 发呆 "
    "等待 等 遥望 看向 盯着",
    "dance": "dance jump leap cheer celebrate twirl spin sing perform laugh 跳舞 舞 跳 欢呼 庆祝 旋转 唱 表演 起舞",
    "wave": "wave greet goodbye hail 挥手 招手 告别 打招呼 再见",
    "stand": "stand stop pause turn still pose face smile 站 站着 站在 停下 转身 伫立 回头 微笑",
}

PEOPLE: dict[str, str] = {
    "woman": "woman women she her lady mother girlfriend wife bride queen actress daughter grandmother sister "
    "waitress "
    "女人 女子 她 母亲 妈妈 妻子 女友 女士 新娘 女孩 姑娘 奶奶 外婆 姐姐 妹妹 女儿 少女",
    "man": "man men he his him father husband boyfriend king guy gentleman actor son grandfather brother "
    "waiter driver "
    "男人 男子 他 父亲 爸爸 丈夫 男友 先生 爷爷 外公 哥哥 弟弟 儿子 少年 男孩 司机 大叔",
    "child": "child children kid girl boy baby toddler student pupil 孩子 小孩 儿童 女孩 男孩 宝宝 小朋友 学生",
    "old": "grandmother grandfather elderly elder grandma grandpa old-man old-woman 老人 奶奶 爷爷 外婆 外公 "
    "老师傅 老太太 老头",
    "person": "person someone figure silhouette traveller traveler hiker customer host presenter chef doctor "
    "nurse teacher worker runner dancer "
    "barista model user commuter artist founder colleague friend player engineer designer potter "
    "craftsman weaver maker farmer tailor baker shopper "
    "human somebody protagonist hero hand palm finger "
    "人 有人 人影 身影 背影 顾客 主角 医生 护士 老师 工人 旅人 行人 舞者 模特 用户 主播 厨师 设计师 "
    "工程师 同事 朋友 匠人 师傅 双手 手中 手里 手指 掌心",
    "couple": "couple lovers two-people friends 情侣 恋人 夫妻 两人 二人 俩 两个人 朋友们 一对 他们",
    "crowd": "crowd people audience team group family passengers guests everyone commuters students colleagues "
    "dancers queue shoppers "
    "人群 观众 众人 团队 家人 一家人 大家 人们 宾客 路人 同事们 同学们 人流 全家",
}

THINGS: dict[str, str] = {
    "teapot": "teapot kettle tea 茶壶 壶 茶 泡茶",
    "cup": "cup mug coffee teacup espresso 杯 杯子 茶杯 咖啡 马克杯",
    "glass": "glass wine juice cocktail whisky whiskey water 酒杯 玻璃杯 红酒 果汁 水杯",
    "bottle": "bottle serum perfume lotion flask vial 瓶 瓶子 精华 香水 乳液 酒瓶",
    "phone": "phone smartphone mobile app cellphone telephone 手机 电话 应用",
    "letter": "letter envelope note paper contract document postcard telegram divorce papers receipt ticket 信 "
    "信封 纸条 合同 文件 明信片 书信 遗书 协议 车票 票",
    "photo": "photo photograph picture portrait frame snapshot 照片 相片 相框 合影",
    "bag": "bag handbag backpack purse tote 包 手提包 背包 书包 包包 袋子",
    "suitcase": "suitcase luggage trunk briefcase 行李箱 行李 箱子 皮箱 公文包",
    "lamp": "lamp light-bulb bulb desk-lamp 灯 台灯 灯泡",
    "candle": "candle flame fire 蜡烛 烛光 火焰 烛火",
    "lantern": "lantern 灯笼 孔明灯",
    "book": "book notebook diary novel journal 书 书本 笔记本 日记 小说 书籍",
    "laptop": "laptop computer screen monitor keyboard dashboard 电脑 笔记本电脑 屏幕 键盘",
    "flower": "flower rose bouquet petal blossom tulip orchid 花 玫瑰 花束 鲜花 花瓣 樱花",
    "plant": "plant leaf succulent seedling pot vase 植物 叶子 绿植 盆栽 花瓶",
    "car": "car taxi cab suv sedan vehicle 汽车 轿车 出租车 车子",
    "bicycle": "bicycle bike cycling cyclist 自行车 单车 脚踏车 骑车",
    "umbrella": "umbrella parasol 伞 雨伞 油纸伞",
    "key": "key keys lock 钥匙",
    "gift": "gift present box parcel package carton giftbox 礼物 礼盒 盒子 包裹 快递 纸箱",
    "shoes": "shoe sneaker boot heel trainers 鞋 鞋子 运动鞋 高跟鞋 靴子",
    "watch": "watch wristwatch clock 手表 腕表 时钟 钟",
    "ring": "ring necklace jewel jewellery jewelry diamond pendant bracelet jade 戒指 项链 珠宝 钻石 吊坠 手镯 玉佩 玉",
    "bowl": "bowl noodle soup rice dumpling ramen dish plate food meal 碗 面条 汤 米饭 饺子 拉面 盘子 菜",
    "cake": "cake birthday dessert bread croissant 蛋糕 生日 甜点 面包",
    "sword": "sword blade dagger knife 剑 刀 匕首 宝剑",
    "headphones": "headphone headset earphone earbuds 耳机",
    "camera": "camera lens 相机 摄影机 镜头",
    "guitar": "guitar violin instrument piano 吉他 小提琴 乐器 钢琴 琴",
    "hat": "hat cap helmet 帽子 头盔",
    "ball": "ball football basketball 球 足球 篮球",
    "dog": "dog puppy 狗 小狗",
    "cat": "cat kitten 猫 小猫",
    "bird": "bird pigeon crane gull 鸟 鸽子 仙鹤 海鸥",
    "boat": "boat ship sail kayak canoe 船 小船 帆船 渔船",
    "chair": "chair stool bench armchair 椅子 凳子 长椅",
    "dress": "dress shirt coat jacket sweater outfit garment scarf suit 裙子 衬衫 外套 大衣 夹克 毛衣 衣服 围巾 "
    "西装 旗袍 汉服",
}

WEATHERS: dict[str, str] = {
    "rain": "rain rainy raining wet drizzle storm downpour thunderstorm puddle 雨 下雨 暴雨 大雨 小雨 雨夜 雨中",
    "snow": "snow snowy snowing blizzard winter 雪 下雪 大雪 暴风雪 雪花 雪地",
    "fog": "fog foggy mist misty haze hazy steam smoke 雾 薄雾 迷雾 烟雾 大雾 云雾",
    "wind": "wind windy breeze gust windswept 风 大风 微风 狂风",
    "cloud": "cloudy overcast grey-sky 阴天 多云 乌云",
    "clear": "sunny clear sunlight sunshine bright 晴 晴天 阳光 晴朗",
}

HOURS: dict[str, str] = {
    "dawn": "dawn sunrise daybreak first-light 黎明 清晨 日出 拂晓 破晓",
    "morning": "morning breakfast 早晨 早上 上午 早餐",
    "day": "day noon midday afternoon daytime 白天 中午 下午 午后 正午",
    "dusk": "dusk sunset evening twilight golden-hour 黄昏 傍晚 日落 夕阳 晚霞",
    "night": "night midnight neon moon moonlight late-night starry lantern-lit 夜 夜晚 深夜 午夜 霓虹 月光 月亮 "
    "夜里 晚上 星空",
}

TRAPS = tuple(
    """
    海报 海鲜 上海滩 山寨 江湖 书面 一面 方面 包括 包含 茶几 风格 风景 风险 威风 大风险 新风 作风
    跑车 冲突 冲泡 信息 相信 信任 信用 自信 微信 信心 写真 街坊 床头 花费 花钱 火车 海拔 田径
    刀枪 等级 等等 平等 日记本 雨衣 云南 天山 江南 电灯泡 一等 夜宵 手表现 面包括 人民币 人生 人工 人气
    人类 个人 本人 别人 球场 全球 地球 环球 灯光 倒影 倒计时 玉米 分钟 鸟瞰 坐标 公路 高山流水 石碑
    书店 花园 水果 河南 河北 池子 江西 湖南 湖北 海南 青海 山东 山西 宝石 其他 其它
    """.split()  # noqa: SIM905
)
"""Chinese words that contain a shorter entry but do not mean it."""
