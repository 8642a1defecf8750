# Scans of the herd (datasets/herd.*, made by genomes.R) that genomes.R does not have: gene by environment and fewer individuals with
# markers in another order by GEMMA 0.98.5, linear models by plink1.9, and score tests of a rare illness by saddlepoint in a dense
# generalized linear mixed model, written out here. Writes scans.json. Needs Debian's gemma, plink1.9 and r-cran-jsonlite.

this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
data.folder <- normalizePath(file.path(this.folder, "..", "..", "datasets"))
work <- file.path(tempdir(), "scans")
dir.create(work)
setwd(work)
herd <- read.csv(file.path(data.folder, "herd.csv"))
fam <- read.table(file.path(data.folder, "herd.fam"))
bim <- read.table(file.path(data.folder, "herd.bim"), colClasses = "character")
n <- nrow(fam)
m <- nrow(bim)
herd <- herd[match(fam$V2, herd$animal), ]
bytes <- matrix(readBin(file.path(data.folder, "herd.bed"), "raw", 3 + m * ceiling(n / 4))[-(1:3)], ncol = m)
codes <- sapply(seq_len(m), function(j) {
  b <- as.integer(bytes[, j])
  as.vector(rbind(b %% 4, b %/% 4 %% 4, b %/% 16 %% 4, b %/% 64))[seq_len(n)]
})
counts <- matrix(c(2, NA, 1, 0)[codes + 1], n)
imputed <- apply(counts, 2, function(g) ifelse(is.na(g), mean(g, na.rm = TRUE), g))

gemma <- function(...) {
  status <- system2("gemma", c("-maf", "0", "-miss", "1", ...), stdout = "gemma.out", stderr = "gemma.err")
  if (status) stop(paste(readLines("gemma.err"), collapse = "\n"))
}
plink.set <- function(name, trait, markers) {
  writeBin(c(as.raw(c(0x6c, 0x1b, 0x01)), as.vector(bytes[, markers])), paste0(name, ".bed"))
  write.table(bim[markers, ], paste0(name, ".bim"), sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
  write.table(data.frame(fam[, 1:5], ifelse(is.na(trait), "NA", trait)), paste0(name, ".fam"), sep = "\t", quote = FALSE, row.names = FALSE,
              col.names = FALSE)
}
association <- function(run) {
  table <- read.delim(file.path("output", paste0(run, ".assoc.txt")))
  list(marker = table$rs, beta = table$beta, se = table$se, wald = table$p_wald, likelihoodRatio = table$p_lrt, score = table$p_score)
}

# gene by environment: does a marker's effect change with age?
plink.set("herd", herd$weight, seq_len(m))
write.table(cbind(1, as.integer(herd$sex == "m")), "sex.txt", row.names = FALSE, col.names = FALSE)
write.table(herd$age, "age.txt", row.names = FALSE, col.names = FALSE)
gemma("-bfile", "herd", "-gk", "1", "-o", "all")
gemma("-bfile", "herd", "-lmm", "4", "-k", "output/all.cXX.txt", "-c", "sex.txt", "-gxe", "age.txt", "-o", "interaction")

# markers in another order, and every fifth animal without a record
set.seed(3)
order.of.markers <- sample(m)
some <- ifelse(seq_len(n) %% 5 == 0, NA, herd$weight)
plink.set("some", some, order.of.markers)
gemma("-bfile", "some", "-lmm", "4", "-k", "output/all.cXX.txt", "-c", "sex.txt", "-o", "some")

# a rare illness: 8 of 240 animals, by genes and by carriers of rare alleles
k <- as.matrix(read.table("output/all.cXX.txt"))
set.seed(5)
tendency <- drop(scale(imputed[, c(60, 200, 350)]) %*% c(0.5, 0.5, 0.5)) + 2.5 * imputed[, 8] + rlogis(n)
rare <- as.integer(rank(-tendency) <= 8)
x <- cbind(1, herd$sex == "m")
# centred as the scan centres it, which the intercept takes no notice of
centre <- diag(n) - 1 / n
kc <- centre %*% k %*% centre
eta <- qlogis((rare + 0.5) / 2)
tau <- 0.1
projector <- function(w, tau) {
  vi <- chol2inv(chol(diag(1 / w) + tau * kc))
  vix <- vi %*% x
  vi - vix %*% solve(crossprod(x, vix), t(vix))
}
reml <- function(tau, w, z) {
  r <- chol(diag(1 / w) + tau * kc)
  rx <- backsolve(r, x, transpose = TRUE)
  rz <- backsolve(r, z, transpose = TRUE)
  cross <- crossprod(rx)
  -sum(log(diag(r))) - 0.5 * determinant(cross)$modulus - 0.5 * (sum(rz^2) - sum(crossprod(rx, rz) * solve(cross, crossprod(rx, rz))))
}
for (iteration in 1:60) {
  mu <- plogis(eta)
  w <- mu * (1 - mu)
  z <- eta + (rare - mu) / w
  tau.next <- optimize(function(t) if (t < 0) -1e10 + t else reml(t, w, z), tau + c(-2, 2) * (if (iteration < 6) tau + 1 else max(100 * change, 1e-7)), maximum = TRUE, tol = 1e-10)$maximum
  if (tau.next <= 0 || reml(0, w, z) >= reml(tau.next, w, z)) tau.next <- 0
  p <- projector(w, tau.next)
  eta.next <- drop(z - (p %*% z) / w)
  change <- max(abs(eta.next - eta), abs(tau.next - tau))
  eta <- eta.next
  tau <- tau.next
  if (change < 1e-9) break
}
mu <- plogis(eta)
w <- mu * (1 - mu)
p <- projector(w, tau)
wx <- w * x
test <- function(g) {
  s <- sum(g * (rare - mu))
  variance <- sum(g * (p %*% g))
  if (variance < 1e-6) return(c(NA, NA, NA, NA))
  adjusted <- drop(g - x %*% solve(crossprod(x, wx), crossprod(wx, g)))
  own <- sum(adjusted^2 * w)
  normal <- 2 * pnorm(-abs(s) / sqrt(variance))
  q <- s * sqrt(own / variance)
  cgf <- function(t) sum(log(1 - mu + mu * exp(adjusted * t)) - mu * adjusted * t)
  slope <- function(t) sum(adjusted * (mu * exp(adjusted * t) / (1 - mu + mu * exp(adjusted * t)) - mu))
  curvature <- function(t) { e <- mu * exp(adjusted * t) / (1 - mu + mu * exp(adjusted * t)); sum(adjusted^2 * e * (1 - e)) }
  tail <- function(q) {
    t <- tryCatch(uniroot(function(t) slope(t) - q, if (q > 0) c(0, 60) else c(-60, 0), tol = 1e-13, extendInt = "no")$root, error = function(e) NA)
    if (is.na(t)) return(NA)
    r <- sign(t) * sqrt(2 * (t * q - cgf(t)))
    u <- t * sqrt(curvature(t))
    pnorm(sign(q) * (r + log(u / r) / r), lower.tail = FALSE)
  }
  c(s / variance, 1 / sqrt(variance), normal, if (abs(s) > 2 * sqrt(variance)) tail(q) + tail(-q) else normal)
}
tests <- apply(imputed, 2, test)

system2("plink1.9", c("--bfile", "herd", "--linear", "--covar", "covar.txt", "--hide-covar", "--allow-no-sex", "--out", "linear"), stdout = FALSE,
        env = { write.table(data.frame(fam[, 1:2], as.integer(herd$sex == "m")), "covar.txt", row.names = FALSE, col.names = FALSE, quote = FALSE); character() })
linear <- read.table("linear.assoc.linear", header = TRUE)
complete <- colSums(is.na(counts)) == 0
linear <- linear[linear$SNP %in% bim$V2[complete], ]

jsonlite::write_json(list(
  versions = list(gemma = "0.98.5", plink = sub(" 64.*", "", system2("plink1.9", "--version", stdout = TRUE)[1]), R = R.version.string),
  interaction = association("interaction"), some = association("some"), without = fam$V2[seq_len(n) %% 5 == 0],
  rare = list(animal = fam$V2, ill = rare, tau = tau, marker = bim$V2, beta = tests[1, ], se = tests[2, ], normal = tests[3, ], p = tests[4, ]),
  linear = list(marker = linear$SNP, beta = linear$BETA, p = linear$P)),
  file.path(this.folder, "scans.json"), auto_unbox = TRUE, digits = 15, na = "null")
cat(tau, iteration, change, sum(tests[4, ] < 0.01, na.rm = TRUE), sum(is.na(tests[4, ])), "\n")
