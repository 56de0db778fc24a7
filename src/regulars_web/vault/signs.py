"""Signs and spellings of names that stand for one another: for comparing, never for showing."""

from __future__ import annotations

#: A sign as the mainland (or a hurried typist) writes it, and the one it is compared as.
_PAIRS = (
    "陈陳 张張 刘劉 赵趙 黄黃 吴吳 孙孫 马馬 郑鄭 谢謝 冯馮 邓鄧 许許 韩韓 邹鄒 萧蕭 肖蕭 罗羅 苏蘇 卢盧 蒋蔣 "
    "贾賈 叶葉 阎閻 龚龔 谭譚 钟鍾 鐘鍾 陆陸 严嚴 万萬 钱錢 汤湯 颜顏 华華 贺賀 龙龍 顾顧 邬鄔 吕呂 区區 庄莊 "
    "骆駱 简簡 关關 温溫 杨楊 麦麥 郏郟 欧歐 聂聶 韦韋 伦倫 劳勞 伟偉 国國 丽麗 红紅 凤鳳 兰蘭 莲蓮 贤賢 胜勝 "
    "进進 东東 晓曉 荣榮 强強 军軍 杰傑 义義 礼禮 诚誠 颖穎 莹瑩 仪儀 娴嫻 宝寶 贝貝 凯凱 乐樂 欢歡 庆慶 铭銘 "
    "锋鋒 钰鈺 铃鈴 锦錦 鸿鴻 鹏鵬 飞飛 云雲 艺藝 灵靈 维維 缘緣 绮綺 绣繡 泽澤 润潤 涛濤 渊淵 湾灣 济濟 汉漢 "
    "洁潔 尔爾 声聲 学學 实實 宪憲 将將 尧堯 岚嵐 岭嶺 帅帥 师師 应應 开開 怀懷 恒恆 悦悅 扬揚 时時 显顯 晖暉 "
    "枫楓 桦樺 栋棟 树樹 栀梔 梦夢 权權 毕畢 涟漣 炜煒 焕煥 爱愛 独獨 环環 现現 珑瓏 琼瓊 瑶瑤 瑷璦 电電 画畫 "
    "畅暢 硕碩 确確 祯禎 祷禱 禄祿 稳穩 竞競 笃篤 纯純 纲綱 经經 结結 绍紹 统統 续續 绫綾 绵綿 绿綠 联聯 肃肅 "
    "胆膽 腾騰 荐薦 萤螢 蓝藍 虑慮 观觀 规規 视視 觉覺 训訓 诗詩 语語 诺諾 谊誼 谦謙 谨謹 贞貞 贵貴 赞贊 跃躍 "
    "轩軒 轻輕 辉輝 达達 运運 远遠 连連 选選 逊遜 邻鄰 钊釗 钢鋼 钦欽 铁鐵 铠鎧 铮錚 锐銳 镇鎮 镜鏡 长長 门門 "
    "闻聞 阳陽 阴陰 际際 隐隱 静靜 韵韻 顺順 须須 领領 颢顥 飘飄 驰馳 骁驍 骄驕 骏駿 骥驥 鱼魚 鲁魯 鲜鮮 鸣鳴 "
    "鹃鵑 鹤鶴 鹭鷺 龄齡 龟龜 娇嬌 婵嬋 妫媯 姗姍 嫒嬡 宁寧 宽寬 寿壽 尝嘗 层層 峡峽 币幣 广廣 庐廬 弥彌 恺愷 "
    "战戰 执執 择擇 斋齋 无無 旷曠 机機 术術 来來 标標 桥橋 桢楨 气氣 沣灃 沧滄 渔漁 滨濱 灿燦 炼煉 烨燁 玮瑋 "
    "珐琺 珲琿 琏璉 璎瓔 祎禕 种種 积積 笔筆 纤纖 纪紀 细細 绢絹 绯緋 缨纓 翘翹 聪聰 芦蘆 苇葦 苍蒼 莺鶯 营營 "
    "蔷薔 蕴蘊 诠詮 诣詣 详詳 谅諒 谋謀 谕諭 谱譜 贻貽 资資 赋賦 赐賜 赢贏 载載 迈邁 郦酈 钧鈞 铎鐸 银銀 锡錫 "
    "锴鍇 闵閔 阔闊 陇隴 雾霧 霁霽 韬韜 颐頤 颂頌 飏颺 驹駒 鸾鸞 鹰鷹 为為 爲為 启啟 啓啟 卫衛 衞衛 发發 双雙 "
    "丰豐 业業 亚亞 亿億 优優 会會 传傳 侠俠 侨僑 俪儷 党黨 兴興 刚剛 创創 办辦 动動 励勵 劲勁 协協 单單 厉厲 "
    "参參 叙敘 号號 园園 图圖 圣聖 坚堅 块塊 坛壇 场場 处處 备備 妇婦 妈媽 孪孿 岁歲 峰峯"
)
_COMPARED = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})

#: Family names that one office spells one way and the next another.
_SPELLED = {
    "lee": "li",
    "chen": "chan",
    "wang": "wong",
    "huang": "wong",
    "chow": "chau",
    "zhou": "chau",
    "law": "lo",
    "liu": "lau",
    "liang": "leung",
    "zhang": "cheung",
    "lin": "lam",
    "yang": "yeung",
    "tse": "tze",
    "xie": "tze",
    "kuo": "kwok",
    "guo": "kwok",
    "tsoi": "choi",
    "choy": "choi",
    "cai": "choi",
    "ip": "yip",
    "wu": "ng",
    "hoh": "ho",
}


def signs(han: str) -> str:
    """Chinese characters as they are compared: simplified ones and variants as one of the traditional ones."""
    return han.translate(_COMPARED)


def spelled(word: str) -> str:
    """A word of a name in letters as it is compared."""
    return _SPELLED.get(word, word)
