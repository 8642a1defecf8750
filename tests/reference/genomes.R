# Simulates a herd of related animals in two populations (datasets/herd.bed, .bim, .fam and herd.csv) and scans it with GEMMA
# and PLINK; writes genomes.json. Needs Debian's gemma (0.98.5) and plink1.9.

this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
data.folder <- normalizePath(file.path(this.folder, "..", "..", "datasets"))
work <- file.path(tempdir(), "herd")
dir.create(work)
set.seed(17)

# 240 animals: two populations, each of 12 families of full sibs with their parents
n.markers <- 600
chromosome <- rep(1:5, each = n.markers / 5)
position <- unlist(lapply(split(seq_len(n.markers), chromosome), function(i) sort(sample(5e6, length(i)))))
ancestral <- runif(n.markers, 0.05, 0.95)
gamete <- function(mother) {
  # one of each pair of haplotypes, with a switch between neighbours now and then
  start <- sample(2, 1)
  switches <- cumsum(runif(n.markers) < 0.02)
  which <- (start + switches) %% 2 + 1
  mother[cbind(which, seq_len(n.markers))]
}
genomes <- list()
family <- c()
for (population in 1:2) {
  frequency <- rbeta(n.markers, ancestral * 24, (1 - ancestral) * 24)
  haplotype <- function() {
    # neighbours are alike: copies from the last marker, or drawn anew
    h <- rbinom(n.markers, 1, frequency)
    for (j in 2:n.markers) if (chromosome[j] == chromosome[j - 1] && runif(1) < 0.6)
      h[j] <- as.integer(qbinom(pbinom(h[j - 1] - 1, 1, frequency[j - 1]) + runif(1) * dbinom(h[j - 1], 1, frequency[j - 1]), 1, frequency[j]))
    h
  }
  for (f in 1:12) {
    parents <- lapply(1:2, function(i) rbind(haplotype(), haplotype()))
    children <- lapply(1:8, function(i) rbind(gamete(parents[[1]]), gamete(parents[[2]])))
    genomes <- c(genomes, parents, children)
    family <- c(family, rep(paste0("p", population, "f", f), 10))
  }
}
counts <- t(sapply(genomes, colSums))                     # copies of allele 1
n <- nrow(counts)
name <- paste0("a", sprintf("%03d", seq_len(n)))
counts[, 7] <- 0                                          # nobody has it
counts[, 8] <- rbinom(n, 1, 0.02)                         # rare
missing <- matrix(runif(length(counts)) < rep(rbeta(n.markers, 0.5, 20), each = n), n)

sex <- sample(c("f", "m"), n, TRUE)
age <- sample(2:9, n, TRUE)
standard <- scale(counts[, apply(counts, 2, sd) > 0])
causal <- c(50, 290, 410)
g <- drop(standard %*% rnorm(ncol(standard), 0, sqrt(0.5 / ncol(standard))))
weight <- 30 + 1.5 * (sex == "m") + 0.3 * age + 1.1 * g + drop(scale(counts[, causal]) %*% c(0.7, -0.5, 0.4)) + rnorm(n)
eta <- -1.2 + 0.8 * g + drop(scale(counts[, causal]) %*% c(0.9, 0, 0))
ill <- rbinom(n, 1, plogis(eta))
ticks <- rpois(n, exp(0.6 + 0.5 * g + 0.3 * drop(scale(counts[, causal[2]]))))
weight[sample(n, 9)] <- NA
weight <- round(weight, 3)
counts[missing] <- NA

# PLINK's files, with the rarer allele first, as plink writes them
flip <- colMeans(counts, na.rm = TRUE) > 1
counts[, flip] <- 2 - counts[, flip]
code <- matrix(c(3L, 2L, 0L)[counts + 1], n)
code[is.na(code)] <- 1L
padded <- rbind(code, matrix(0L, (4 - n %% 4) %% 4, n.markers))
bytes <- as.raw(padded[c(TRUE, FALSE, FALSE, FALSE), ] + 4L * padded[c(FALSE, TRUE, FALSE, FALSE), ] +
                16L * padded[c(FALSE, FALSE, TRUE, FALSE), ] + 64L * padded[c(FALSE, FALSE, FALSE, TRUE), ])
writeBin(c(as.raw(c(0x6c, 0x1b, 0x01)), bytes), file.path(data.folder, "herd.bed"))
alleles <- t(replicate(n.markers, sample(c("A", "C", "G", "T"), 2)))
bim <- data.frame(chromosome, paste0("m", sprintf("%03d", seq_len(n.markers))), 0, position, alleles)
write.table(bim, file.path(data.folder, "herd.bim"), sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
write.table(data.frame(family, name, 0, 0, ifelse(sex == "m", 1, 2), -9), file.path(data.folder, "herd.fam"), sep = "\t", quote = FALSE,
            row.names = FALSE, col.names = FALSE)
herd <- data.frame(animal = name, family, sex, age, weight, ill, ticks)
herd <- herd[sample(n), ]                                 # in another order than the genotypes
write.csv(herd, file.path(data.folder, "herd.csv"), row.names = FALSE, quote = FALSE)

# GEMMA wants the trait in .fam
for (ending in c("bed", "bim")) file.copy(file.path(data.folder, paste0("herd.", ending)), file.path(work, paste0("herd.", ending)))
write.table(data.frame(family, name, 0, 0, ifelse(sex == "m", 1, 2), ifelse(is.na(weight), -9, weight)), file.path(work, "herd.fam"), sep = "\t",
            quote = FALSE, row.names = FALSE, col.names = FALSE)
write.table(cbind(1, as.integer(sex == "m"), age), file.path(work, "covariates.txt"), row.names = FALSE, col.names = FALSE)
setwd(work)
gemma <- function(...) {
  status <- system2("gemma", c("-bfile", "herd", "-maf", "0", "-miss", "1", ...), stdout = "gemma.out", stderr = "gemma.err")
  if (status) stop(paste(readLines("gemma.err"), collapse = "\n"))
}
gemma("-gk", "1", "-o", "centred")
gemma("-gk", "2", "-o", "standardised")
gemma("-lmm", "4", "-k", "output/centred.cXX.txt", "-o", "plain")
gemma("-lmm", "4", "-k", "output/centred.cXX.txt", "-c", "covariates.txt", "-o", "covariates")
system2("plink1.9", c("--bfile", "herd", "--freq", "--missing", "--hardy", "--allow-no-sex", "--out", "plink"), stdout = FALSE)
system2("plink1.9", c("--bfile", "herd", "--indep-pairwise", "50", "5", "0.2", "--allow-no-sex", "--out", "pruned"), stdout = FALSE)
system2("plink1.9", c("--bfile", "herd", "--linear", "--allow-no-sex", "--out", "linear"), stdout = FALSE)

association <- function(run) {
  table <- read.delim(file.path("output", paste0(run, ".assoc.txt")))
  log <- readLines(file.path("output", paste0(run, ".log.txt")))
  number <- function(what) as.numeric(sub(".*= *", "", grep(what, log, value = TRUE)[1]))
  list(marker = table$rs, allele = table$allele1, frequency = table$af, missing = table$n_miss, beta = table$beta, se = table$se,
       wald = table$p_wald, likelihoodRatio = table$p_lrt, score = table$p_score,
       remlLogLikelihood = number("REMLE log-likelihood in the null"), mlLogLikelihood = number("MLE log-likelihood in the null"),
       geneticVariance = number("vg estimate in the null"), residualVariance = number("ve estimate in the null"), pve = number("pve estimate in the null"))
}
matrix.of <- function(file) {
  k <- as.matrix(read.table(file.path("output", file)))
  list(first = k[1:20, 1:20][lower.tri(diag(20), TRUE)], diagonal = diag(k), rowSumsOfSquares = rowSums(k^2))
}
frequency <- read.table("plink.frq", header = TRUE)
lost <- read.table("plink.lmiss", header = TRUE)
hardy <- read.table("plink.hwe", header = TRUE)
hardy <- hardy[hardy$TEST %in% c("ALL", "ALL(QT)", "ALL(NP)"), ]
linear <- read.table("linear.assoc.linear", header = TRUE)
linear <- linear[linear$TEST == "ADD", ]
result <- list(versions = list(gemma = "0.98.5", plink = sub(" 64.*", "", system2("plink1.9", "--version", stdout = TRUE)[1]), R = R.version.string),
               centred = matrix.of("centred.cXX.txt"), standardised = matrix.of("standardised.sXX.txt"),
               plain = association("plain"), covariates = association("covariates"),
               plink = list(marker = frequency$SNP, frequency = frequency$MAF, missing = lost$F_MISS, hardy = hardy$P),
               linear = list(marker = linear$SNP, beta = linear$BETA, p = linear$P),
               pruned = readLines("pruned.prune.in"))
jsonlite::write_json(result, file.path(this.folder, "genomes.json"), auto_unbox = TRUE, digits = 15, na = "null", pretty = FALSE)
cat(readLines(file.path("output", "covariates.log.txt")), sep = "\n")
